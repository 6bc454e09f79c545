"""What does truncation="only_first" cut, and what if the second sentence alone is too long?"""

from collections.abc import Mapping
from typing import Any

from experiments.engine import Edit, Experiment, Outcome, Run

OLD = "truncation=True)"

experiment = Experiment(
    variants={
        "longest first": [Edit(OLD, "truncation=True, max_length=24)")],
        "only the first": [Edit(OLD, 'truncation="only_first", max_length=24)')],
        "only the second": [Edit(OLD, 'truncation="only_second", max_length=24)')],
    },
    outcomes={
        "one side cannot give enough": "Cutting one sentence fails where the other is too long by itself.",
        "cuts the other": "Where one sentence cannot give enough, the other is cut after all.",
        "too long": "Nothing stops, and rows longer than the limit come out.",
    },
    watch=["loss", "a long first", "a long second", "accuracy"],
    settings={"num_training_steps": 4, "num_train_examples": 64, "num_eval_examples": 32},
)


def observe(page: Any) -> dict[str, str]:
    """How many tokens of each sentence are left where the first, or the second, is far too long."""
    return {
        "a long first": _left(page, "one " * 60, "two " * 15),
        "a long second": _left(page, "one " * 15, "two " * 60),
    }


def _left(page: Any, first: str, second: str) -> str:
    try:
        pair = page.tokenize_function({"sentence1": first, "sentence2": second})
    except Exception as raised:
        return f"raised {type(raised).__name__}"
    return " + ".join(str(pair.sequence_ids().count(side)) for side in (0, 1))


def decide(runs: Mapping[str, Run]) -> Outcome:
    longest, first, second = runs.values()
    left = first.observed["a long second"]
    if first.raised and left.startswith("raised"):
        name = "one side cannot give enough"
    else:
        name = "cuts the other" if left == longest.observed["a long second"] else "too long"
    end = f"raised {first.raised.type} on line {first.raised.line}" if first.raised else "ran"
    other = f"raised {second.raised.type}" if second.raised else "ran"
    return Outcome(
        name,
        f"Of a long second sentence, longest first kept {longest.observed['a long second']} tokens and "
        f"only_first {left}; of a long first one, {longest.observed['a long first']} and "
        f"{first.observed['a long first']}; the data with only_first {end}, with only_second {other}.",
    )
