"""How are sentences of unequal length batched efficiently?"""

from collections.abc import Mapping

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

FIXED = Edit("truncation=True)", 'truncation=True, padding="max_length", max_length=128)')
SAMPLER = Edit(
    "data_collator = DataCollatorWithPadding",
    "from transformers.trainer_pt_utils import LengthGroupedSampler\n\n"
    'lengths = [len(ids) for ids in train_dataset["input_ids"]]\n'
    "data_collator = DataCollatorWithPadding",
)
GROUPED = Edit("shuffle=True", "sampler=LengthGroupedSampler(batch_size, lengths=lengths)")

experiment = Experiment(
    variants={"dynamic": [], "fixed 128": [FIXED], "grouped by length": [SAMPLER, GROUPED]},
    outcomes={
        "grouping wastes least": "Grouping leaves less than half of dynamic padding's waste.",
        "dynamic is enough": "Grouping leaves half of dynamic padding's waste or more.",
        "shape does not matter": "Even a fixed length wastes hardly more than dynamic padding.",
    },
    watch=["padding", "tokens", "seconds"],
    settings={"num_training_steps": 20, "num_train_examples": 320, "num_eval_examples": 32},
    interleaved=True,
)


def decide(runs: Mapping[str, Run]) -> Outcome:
    waste = {name: run.padding / max(run.tokens, 1) for name, run in runs.items()}
    # By the real token, so that a run which is cut short before every row was seen compares too.
    cost = {name: run.seconds / max(run.tokens - run.padding, 1) for name, run in runs.items()}
    dynamic, fixed, grouped = waste.values()
    if fixed < dynamic + 0.05:
        name = "shape does not matter"
    else:
        name = "grouping wastes least" if grouped < dynamic / 2 else "dynamic is enough"
    # Counted, not run: the bundled model has 128 positions.
    at_512 = 1 - (runs["fixed 128"].tokens - runs["fixed 128"].padding) / (4 * runs["fixed 128"].tokens)
    time = {variant: cost[variant] / cost["dynamic"] for variant in cost}
    return Outcome(
        name,
        f"Of what was computed, {fixed:.0%} was padding at a fixed 128 (counted for 512: {at_512:.0%}), "
        f"{dynamic:.0%} padded dynamically and {grouped:.0%} grouped by length; a real token "
        f"took {time['fixed 128']:.2f} and {time['grouped by length']:.2f} times as long as with dynamic "
        "padding.",
        {
            "padding": dict(waste),
            "tokens": {variant: run.tokens for variant, run in runs.items()},
            "time for a real token": {**time},
        },
        {
            "waste at a fixed length": Compared(fixed, dynamic + 0.05),
            "waste when grouped": Compared(grouped, dynamic / 2),
        },
    )
