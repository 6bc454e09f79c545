"""What is to be run: a page for each variant, and who decides what came of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from app.lab.machine import cores
from experiments.engine import Outcome, Run, page, settings, sources
from experiments.engine.experiment import Trial
from experiments.engine.family import CAN_FORK
from experiments.engine.request import Request
from experiments.engine.settings import Settings


class NeedsConsent(Exception):
    """The plan brings code from outside viva's own bank that nobody here has said yes to as it stands.

    content: the hash of what is asked about.
    """

    def __init__(self, plan: "Plan", content: str) -> None:
        super().__init__(f"{plan.name} changes the page with code that nobody said yes to as it stands")
        self.plan = plan
        self.content = content


@dataclass(frozen=True)
class Plan:
    """Pages by variant, the baseline first; what is shown of them is what will run.

    own: what a variant sets for itself, by variant; all else it has from `settings`.
    foreign: as of the trial; consent: the hash that a person said yes to.
    """

    name: str
    title: str
    settings: Settings
    pages: Mapping[str, str]
    watch: tuple[str, ...]
    outcomes: Mapping[str, str]
    decide: Callable[[Mapping[str, Run]], Outcome]
    module: str | None = None
    interleaved: bool = False
    own: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    foreign: Callable[[], str] | None = None
    consent: str | None = None

    def check_consent(self) -> None:
        """Raises NeedsConsent unless this is viva's own code, or just what a person said yes to."""
        if self.foreign is not None and (content := self.foreign()) != self.consent:
            raise NeedsConsent(self, content)

    @property
    def lanes(self) -> int:
        """How many variants run at the same time; those that take turns do, too."""
        return len(self.pages) if self.interleaved else min(len(self.pages), max(2, cores()))

    @property
    def threads(self) -> int:
        """How many threads each variant has; one is the fast and steady choice for a small model."""
        if sources.is_small(self.settings):
            return 1
        return max(1, cores() // (1 if self.interleaved else self.lanes))

    @property
    def shares(self) -> list[tuple[str, ...]]:
        """The variants of each worker: all in one where it can fork, else one each."""
        variants = tuple(self.pages)
        return [variants] if CAN_FORK and self.threads == 1 else [(variant,) for variant in variants]

    @property
    def workers(self) -> int:
        """How many workers a run keeps busy at the same time."""
        return min(self.lanes, len(self.shares))

    def request(self, variants: Sequence[str], lanes: int, together: bool = True) -> Request:
        """What a worker is asked that is to run these variants."""
        return Request(
            pages={variant: self.pages[variant] for variant in variants},
            settings=msgspec.to_builtins(self.settings),
            experiment=self.name,
            module=self.module,
            threads=self.threads,
            lanes=lanes,
            together=together,
            interleaved=self.interleaved,
            local_data=sources.is_here(self.settings.data),
        )

    @property
    def request_ahead(self) -> Request | None:
        """What one worker may begin with before it is asked for, if anything.

        Only the page as it stands on what is bundled: all else may be another by then, or needs a yes.
        """
        on_the_bundled = (self.settings.model, self.settings.data) == ("bundled", "bundled")
        if not (on_the_bundled and self.foreign is None and self.baseline_is_unchanged and CAN_FORK):
            return None
        return self.request(tuple(self.pages), self.lanes) if len(self.shares) == 1 else None

    @property
    def baseline(self) -> str:
        return next(iter(self.pages))

    @property
    def rival(self) -> str:
        """The first variant that changes the baseline's page; the baseline where none does."""
        return next((variant for variant in self.pages if self.diff(variant)), self.baseline)

    @property
    def baseline_is_unchanged(self) -> bool:
        """Whether the baseline is the page as it stands, whatever its settings."""
        return self.pages[self.baseline] == page.build(sources.knobs(self.settings_of(self.baseline)))

    def settings_of(self, variant: str) -> Settings:
        """The settings that a variant runs with."""
        return msgspec.structs.replace(self.settings, **self.own.get(variant, {}))

    def diff(self, variant: str) -> str:
        """The unified diff from the baseline to the variant."""
        return page.diff(self.pages[self.baseline], self.pages[variant])

    def diffs(self) -> dict[str, str]:
        return {variant: self.diff(variant) for variant in self.pages}

    def changes(self) -> dict[str, str]:
        """Each variant's unified diff from the page as it stands, its settings among it."""
        return {variant: page.diff(page.loop(), text) for variant, text in self.pages.items()}


def plan(trial: Trial, *chosen: Mapping[str, Any]) -> Plan:
    """The plan of an experiment, with settings chosen over its own.

    Raises SettingsError, SourceError, or PageError where an edit does not fit.
    """
    experiment = trial.experiment
    layers = (experiment.settings, *chosen)
    pages, own = {}, {}
    for name in experiment.variants:
        variant = experiment.variant(name)
        used = settings.build(*layers, variant.set)
        pages[name] = page.build(sources.knobs(used), variant.edits)
        if variant.set:
            own[name] = _own(variant.set, used, settings.build(*layers))
    return Plan(
        name=trial.name,
        title=trial.title,
        settings=settings.build(*layers),
        pages=pages,
        watch=tuple(experiment.watch),
        outcomes=experiment.outcomes,
        decide=trial.decide,
        module=trial.module,
        interleaved=experiment.interleaved,
        own=own,
        foreign=trial.foreign,
    )


def _own(asked: Mapping[str, Any], used: Settings, common: Settings) -> dict[str, Any]:
    """What a variant asks for itself, and what follows from it. Raises SettingsError for what it may not."""
    named = settings.named(asked)
    if whole := named.keys() - set(settings.OF_A_VARIANT):
        raise settings.SettingsError(f"{', '.join(sorted(whole))}: set it for the whole experiment")
    values = msgspec.structs.asdict(used)
    return {name: value for name, value in values.items() if name in named or value != getattr(common, name)}


def with_seed(planned: Plan, seed: int) -> Plan:
    """The same plan with another seed, but for variants that set one. Raises PageError without one to set."""
    pages = {
        variant: text if "seed" in planned.own.get(variant, {}) else page.set_knobs(text, {"seed": seed})
        for variant, text in planned.pages.items()
    }
    return replace(planned, pages=pages, settings=msgspec.structs.replace(planned.settings, seed=seed))


def with_page(planned: Plan, variant: str, text: str) -> Plan:
    """The plan racing its baseline against a page edited by hand. It has nothing to decide beforehand."""
    from app.lab.compare import compare

    baseline = planned.baseline
    pages = {baseline: planned.pages[baseline], variant: text}
    own = {name: planned.own[name] for name in (baseline,) if name in planned.own}
    return replace(planned, pages=pages, outcomes={}, decide=compare, module=None, own=own)
