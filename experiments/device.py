"""What does torch say by itself where no GPU is used?"""

from collections.abc import Mapping

from experiments.engine import Edit, Experiment, Outcome, Run

START = "accelerator = Accelerator()\n"
CHECK = "print(torch.cuda.is_available())\nprint(torch.cuda.get_device_name(0))\n"

experiment = Experiment(
    variants={
        "accelerate": [],
        "told to use the CPU": [Edit("Accelerator()", "Accelerator(cpu=True)")],
        "nothing moved": [Edit("Accelerator()", "Accelerator(device_placement=False)")],
        # The meta device is there on every machine, so this shows what torch says where two devices meet.
        "head elsewhere": [Edit("model.train()\n", 'model.train()\nmodel.classifier.to("meta")\n')],
        "two-line check": [Edit(START, START + CHECK)],
    },
    outcomes={
        "only apart raises": "All on the CPU runs without a word; weights apart from their batch raise.",
        "the CPU raises": "A loop that leaves everything on the CPU is stopped.",
        "apart runs too": "Weights apart from their batch raise nothing.",
    },
    watch=["device", "weights", "batch"],
    settings={"num_training_steps": 2, "num_train_examples": 32, "num_eval_examples": 16},
)


def observe(page) -> dict[str, str]:
    import torch

    places = {
        "device": [getattr(getattr(page, "accelerator", None), "device", None)],
        "weights": [p.device for p in page.model.parameters()] if hasattr(page, "model") else [None],
        "batch": [t.device for t in page.batch.values()] if hasattr(page, "batch") else [None],
        "torch is built for": [_built_for()],
        "available": [torch.accelerator.is_available()],
    }
    return {name: ", ".join(sorted({str(place) for place in found})) for name, found in places.items()}


def _built_for() -> object:
    import torch

    try:
        return torch.accelerator.current_accelerator()
    except RuntimeError:  # torch 2.6, where there is none
        return None


def decide(runs: Mapping[str, Run]) -> Outcome:
    chosen, on_cpu, unmoved, elsewhere, check = runs.values()
    where = chosen.observed
    if not elsewhere.raised:
        name = "apart runs too"
    else:
        name = "the CPU raises" if on_cpu.raised or unmoved.raised else "only apart raises"
    finding = (
        f"accelerate chose {where['device']}; told to use the CPU, training {_ended(on_cpu)}, with nothing "
        f"moved anywhere it {_ended(unmoved)}, and with its head on another device it {_ended(elsewhere)}. "
        f"The two-line check {_ended(check)}."
    )
    rows = {row: {variant: run.value(row) for variant, run in runs.items()} for row in where}
    return Outcome(name, finding, rows)


def _ended(run: Run) -> str:
    return f"raised {run.raised.type} ({run.raised.message})" if run.raised else "ran to its end"
