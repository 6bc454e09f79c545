"""What runs the experiments: the page and its edits, the worker process, the events, the catalog."""

from experiments.engine.experiment import Compared, Edit, Experiment, Outcome, Variant
from experiments.engine.runs import Run

__all__ = ["Compared", "Edit", "Experiment", "Outcome", "Run", "Variant"]
