"""What runs the experiments: the page and its edits, the worker process, the events, the catalog."""

from experiments.engine.experiment import Edit, Experiment, Variant
from experiments.engine.outcome import Compared, Outcome
from experiments.engine.runs import Run

__all__ = ["Compared", "Edit", "Experiment", "Outcome", "Run", "Variant"]
