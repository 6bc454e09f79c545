"""Every experiment can be listed, shown and checked without the libraries that it is about."""

import subprocess
import sys

import pytest

from experiments.engine import catalog, page, settings
from experiments.engine.catalog import UnknownExperiment
from experiments.engine.measures import watched
from experiments.engine.runs import Run

HEAVY = {"torch", "transformers", "datasets", "evaluate", "accelerate", "pandas", "numpy", "textual", "app"}


@pytest.mark.parametrize("name", catalog.names())
def test_an_experiment_fits_the_page_and_is_whole(name: str) -> None:
    trial = catalog.find(name)  # its edits are checked there
    experiment = trial.experiment
    assert len(experiment.variants) >= 2
    assert len(experiment.outcomes) >= 2
    assert all(experiment.outcomes.values()), "every outcome says what it means"
    assert trial.title.endswith(("?", "."))
    settings.build(experiment.settings)
    pages = [page.build({}, experiment.variant(name).edits) for name in experiment.variants]
    assert len(set(pages)) == len(pages), "no two variants are the same page"


@pytest.mark.parametrize("name", catalog.names())
def test_what_is_watched_is_a_series_a_metric_or_observed(name: str) -> None:
    trial = catalog.find(name)
    own_metrics = ("custom_metric", "positive_class")  # their pages give metrics of their own
    if trial.module is None and name not in own_metrics:
        assert set(trial.experiment.watch) <= set(watched())


def test_importing_all_experiments_imports_nothing_heavy() -> None:
    code = "import sys; from experiments.engine import catalog; [catalog.find(n) for n in catalog.names()]"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    assert not {name.partition(".")[0] for name in done.stdout.split()} & HEAVY


def test_an_unknown_experiment_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownExperiment, match="'zero_grd'; did you mean 'zero_grad'"):
        catalog.find("zero_grd")
    with pytest.raises(UnknownExperiment) as refused:
        catalog.find("qqqq")
    assert "did you mean" not in str(refused.value)


@pytest.mark.parametrize("name", ["loop", "engine", "bundled", "__init__", "engine.page"])
def test_what_lies_beside_the_experiments_is_none(name: str) -> None:
    with pytest.raises(UnknownExperiment):
        catalog.find(name)


def test_a_run_without_steps_has_no_figures() -> None:
    run = Run("empty")
    assert [run.value(name) for name in ("loss", "tokens", "seconds", "accuracy", "anything")] == [None] * 5
