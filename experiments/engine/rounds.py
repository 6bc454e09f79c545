"""What a round of the training loop shows: its loss, the norm of its gradients, its tokens and padding."""

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

import torch
from torch.optim.optimizer import register_optimizer_step_pre_hook

from experiments.engine.events import Step
from experiments.engine.measures import MEASURES


class Rounds:
    """Follows the loops over `batch` through the page's variables and a hook on every optimizer.

    A round counts as a step where it made a new `loss` to learn from, or an optimizer stepped in it.
    The gradients' norm and the learning rate are those that the optimizer finds as it steps.
    A step is told once the page goes on after its round: a round that raised is none.
    """

    def __init__(self, variables: Mapping[str, Any], emit: Callable[[Step], None]) -> None:
        self.variables = variables
        self.emit = emit
        self.count = 0
        self._loss: Any = None
        self._grad_norm: float | None = None
        self._learning_rate: float | None = None
        self._stepped = False
        self._spent = 0.0
        self._over: Step | None = None
        self._hook = register_optimizer_step_pre_hook(self._optimizer_steps)

    def close(self) -> None:
        """Leave the optimizers alone."""
        self._hook.remove()

    def begin(self) -> None:
        """A round is about to fetch its batch."""
        self._loss = self.variables.get("loss")
        self._grad_norm = self._learning_rate = None
        self._stepped, self._spent = False, 0.0

    def settle(self) -> None:
        """The page went on: tell the step that is over."""
        if self._over is not None:
            self.emit(self._over)
            self._over = None

    def end(self, seconds: float) -> None:
        """The round is over, or raised, after so many seconds, those of the looking itself included."""
        loss: Any = self.variables.get("loss")
        is_new = isinstance(loss, torch.Tensor) and loss is not self._loss and loss.requires_grad
        if not (is_new or self._stepped):
            return
        self.count += 1
        tokens, padding = _tokens(self.variables.get("batch"))
        of = self.variables.get("num_training_steps")
        self._over = Step(
            variant="",
            step=self.count,
            of=of if isinstance(of, int) else None,
            loss=float(loss.detach()) if is_new and loss.numel() == 1 else None,
            learning_rate=self._learning_rate,
            grad_norm=self._grad_norm,
            tokens=tokens,
            padding=padding,
            seconds=seconds - self._spent,
            other={m.name: m.look(self.variables) for m in MEASURES.values() if m.look},
        )

    def _optimizer_steps(self, optimizer: torch.optim.Optimizer, *_: Any) -> None:
        began = perf_counter()
        groups = optimizer.param_groups
        gradients = [p.grad for group in groups for p in group["params"] if p.grad is not None]
        self._grad_norm = float(torch.nn.utils.get_total_norm(gradients)) if gradients else 0.0
        self._learning_rate = float(groups[0]["lr"])
        self._stepped = True
        self._spent += perf_counter() - began


def _tokens(batch: Any) -> tuple[int | None, int | None]:
    """Positions in the batch, and how many of them are padding; None where that cannot be told."""
    if not isinstance(batch, Mapping) or not isinstance(ids := batch.get("input_ids"), torch.Tensor):
        return None, None
    mask = batch.get("attention_mask")
    padding = ids.numel() - int(mask.sum()) if isinstance(mask, torch.Tensor) else None
    return ids.numel(), padding
