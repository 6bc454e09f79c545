"""What to say of a page edited by hand: no outcome was declared, so the numbers stand side by side."""

from collections.abc import Mapping

from experiments.engine import Outcome, Run


def compare(runs: Mapping[str, Run]) -> Outcome:
    """The final losses and accuracies of the baseline and the edited page, or what the latter raised."""
    baseline, edited = list(runs.values())[:2]
    if edited.raised:
        where = f" on line {edited.raised.line}" if edited.raised.line else ""
        return Outcome("raised", f"{edited.variant} raised {edited.raised.type}{where}.")
    if edited.loss == baseline.loss and edited.metrics == baseline.metrics:
        return Outcome("no difference", f"All {len(edited.loss)} losses and the metrics are identical.")
    if not edited.steps:
        return Outcome(
            "different", f"{edited.variant} made no training step, {baseline.variant} {len(baseline.steps)}."
        )
    parts = [f"final loss {edited.final_loss:.3f} against {baseline.final_loss:.3f}"]
    if edited.metrics:
        parts.append(f"accuracy {edited.accuracy:.3f} against {baseline.accuracy:.3f}")
    return Outcome("different", f"{edited.variant}: {', '.join(parts)}.")
