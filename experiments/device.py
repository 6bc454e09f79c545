"""Where are the weights and the batches, and what does the usual GPU check say?"""

from collections.abc import Mapping

from experiments.engine import Edit, Experiment, Outcome, Run

START = "accelerator = Accelerator()\n"
CHECK = "print(torch.cuda.is_available())\nprint(torch.cuda.get_device_name(0))\n"

experiment = Experiment(
    variants={
        "accelerate": [],
        "two-line check": [Edit(START, START + CHECK)],
        # The meta device is there on every machine, so this shows what torch says where two devices meet.
        "head elsewhere": [Edit("model.train()\n", 'model.train()\nmodel.classifier.to("meta")\n')],
    },
    outcomes={
        "together": "Weights and batches are on the device that accelerate chose.",
        "apart": "Weights and batches are on different devices.",
    },
    watch=["device", "weights", "batch"],
    settings={"num_training_steps": 4, "num_train_examples": 64, "num_eval_examples": 16},
)


def observe(page) -> dict[str, str]:
    import torch

    places = {
        "device": [getattr(getattr(page, "accelerator", None), "device", None)],
        "weights": [p.device for p in page.model.parameters()] if hasattr(page, "model") else [None],
        "batch": [t.device for t in page.batch.values()] if hasattr(page, "batch") else [None],
        "torch.accelerator": [torch.accelerator.current_accelerator()],
        "cuda": [torch.version.cuda or "not in this build"],
    }
    return {name: ", ".join(sorted({str(place) for place in found})) for name, found in places.items()}


def decide(runs: Mapping[str, Run]) -> Outcome:
    chosen, check, elsewhere = runs.values()
    where = chosen.observed
    name = "together" if where["weights"] == where["batch"] == where["device"] else "apart"
    asked = f"raised {check.raised.type} ({check.raised.message})" if check.raised else "found a GPU"
    apart = (
        f"raised {elsewhere.raised.type} ({elsewhere.raised.message})"
        if elsewhere.raised
        else "raised nothing"
    )
    return Outcome(
        name,
        f"accelerate chose {where['device']}, the weights were on {where['weights']} and the batches on "
        f"{where['batch']}; the two-line check {asked}; with its head on another device the model {apart}.",
        {row: {variant: run.value(row) for variant, run in runs.items()} for row in where},
    )
