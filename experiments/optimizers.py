"""Why AdamW: what do Adam with L2 and SGD do at its learning rate, and SGD at one of its own?"""

from collections.abc import Mapping
from math import log
from typing import Any

from experiments.engine import Compared, Edit, Experiment, Outcome, Run

ADAMW = "AdamW(model.parameters(), lr=learning_rate, fused=True)"


def instead(optimizer: str, arguments: str) -> list[Edit]:
    return [Edit(ADAMW, f"{optimizer}(model.parameters(), lr=learning_rate{arguments})")]


experiment = Experiment(
    variants={
        "AdamW": [],
        "Adam, L2 0.01": instead("torch.optim.Adam", ", fused=True, weight_decay=0.01"),
        "SGD": instead("torch.optim.SGD", ""),
        "SGD at 20×": instead("torch.optim.SGD", " * 20"),
    },
    outcomes={
        "its own rate": "SGD learns at a far higher rate only, and L2 wears down weights without a gradient.",
        "only adamw learns": "SGD stays behind at the higher rate as well.",
        "others keep up": "At AdamW's rate SGD learns as well, or Adam with L2 leaves those weights alone.",
        "nothing learns": "AdamW does no better than the class ratio.",
    },
    watch=["loss", "training loss", "unseen words left"],
    settings={
        "batch_size": 8,
        "num_train_examples": 480,
        "num_training_steps": 60,
        "num_eval_examples": 128,
    },
)


def observe(page) -> dict[str, float]:
    """Mean losses without dropout, those of the class ratio alone, and what is left of words never met.

    `unseen words left`: the norm of their embeddings, as a share of what the checkpoint brought.
    """
    import torch
    from transformers import AutoModel

    def mean_loss(dataloader) -> float:
        with torch.no_grad():
            losses = [(page.model(**batch).loss.item(), len(batch["labels"])) for batch in dataloader]
        return sum(loss * rows for loss, rows in losses) / sum(rows for _, rows in losses)

    def words(model):
        return model.get_input_embeddings().weight.detach()

    page.model.eval()
    unseen = torch.ones(len(words(page.model)), dtype=torch.bool)
    for row in page.train_dataset["input_ids"][:]:
        unseen[row] = False
    unseen[page.tokenizer.pad_token_id] = False
    before = words(AutoModel.from_pretrained(page.checkpoint)).float()[unseen].norm()
    positive = page.train_dataset["labels"][:].double().mean().item()
    return {
        "training loss": mean_loss(page.train_dataloader),
        "held-out loss": mean_loss(page.eval_dataloader),
        "loss of the class ratio": -positive * log(positive) - (1 - positive) * log(1 - positive),
        "unseen words left": float(words(page.model)[unseen].norm() / before),
    }


def decide(runs: Mapping[str, Run]) -> Outcome:
    training, held_out, ratio, left = (
        {variant: run.observed[name] for variant, run in runs.items()}
        for name in ("training loss", "held-out loss", "loss of the class ratio", "unseen words left")
    )
    chance = ratio["AdamW"]
    gain = chance - training["AdamW"]
    # Shares of what AdamW gains over an answer that knows the class ratio and nothing else.
    same, higher = ((chance - training[variant]) / gain for variant in ("SGD", "SGD at 20×"))
    compared = {
        "AdamW's gain over the class ratio": Compared(gain, 0.05),
        "SGD's share of it": Compared(same, 1 / 2),
        "SGD's share at 20×": Compared(higher, 1 / 2),
        "unseen words left by L2": Compared(left["Adam, L2 0.01"], 0.9),
    }
    if gain < 0.05:
        name = "nothing learns"
    elif same > 1 / 2 or left["Adam, L2 0.01"] > 0.9:
        name = "others keep up"
    else:
        name = "its own rate" if higher > 1 / 2 else "only adamw learns"
    finding = (
        f"The class ratio alone gives a loss of {chance:.2f}; AdamW came to {training['AdamW']:.2f}, SGD "
        f"at its rate to {training['SGD']:.2f} and at 20× the rate to {training['SGD at 20×']:.2f}; of words "
        f"that were never met AdamW left {left['AdamW']:.2%} of the embeddings' norm and Adam with the same "
        f"decay as L2 {left['Adam, L2 0.01']:.0%}; held out, the losses were {held_out['AdamW']:.3f} and "
        f"{held_out['Adam, L2 0.01']:.3f}, and {held_out['SGD at 20×']:.3f} with SGD at 20×."
    )
    evidence: dict[str, Any] = {
        "training loss": training,
        "held-out loss": held_out,
        "unseen words left": left,
    }
    return Outcome(name, finding, evidence, compared)
