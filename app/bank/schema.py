"""What a question is: the typed models of the bank's YAML, and the JSON Schema made of them."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from experiments.engine.experiment import Variant

Level = Literal["basic", "intermediate", "advanced", "debugging"]
LEVELS: tuple[str, ...] = ("basic", "intermediate", "advanced", "debugging")

KEBAB = r"^[a-z0-9]+(-[a-z0-9]+)*$"
TEXT = r"\S"
LINK = r"^https://\S+$"

Text = Annotated[str, Meta(pattern=TEXT)]
Phrasing = Annotated[str, Meta(pattern=TEXT, max_length=300)]
Link = Annotated[str, Meta(pattern=LINK, examples=["https://huggingface.co/docs/accelerate"])]


class KeyPoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """One thing that a good answer names."""

    point: Annotated[Phrasing, Meta(description="What a good answer names.", examples=["gradients add up"])]
    any: Annotated[
        list[Phrasing],
        Meta(
            min_length=1,
            max_length=50,
            description="Phrasings that count as naming it; any one of them is enough.",
            examples=[["accumulate", "add up", "sum"]],
        ),
    ]
    none: Annotated[
        list[Phrasing],
        Meta(
            max_length=50,
            description="Phrasings that rule it out, whatever else was said.",
            examples=[["overwritten"]],
        ),
    ] = []
    hint: Annotated[
        str | None,
        Meta(description="Shown when asked for a hint; it leads there without saying it."),
    ] = None


class Rule(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False, omit_defaults=True
):
    """A comparison of measured values and the outcome that it decides."""

    when: Annotated[
        str | None,
        Meta(
            description="A comparison of measured values; several are joined by `and`.",
            examples=["final_loss of b > 1.5 × final_loss of a"],
        ),
    ] = None
    outcome: Annotated[str | None, Meta(description="The outcome where `when` holds.")] = None
    otherwise: Annotated[str | None, Meta(description="The outcome where no rule above held.")] = None
    finding: Annotated[
        str | None,
        Meta(
            description="The sentence to say, with measured values in braces.",
            examples=["The loss ended at {final_loss of b}, against {final_loss of a}."],
        ),
    ] = None


Settings = Annotated[
    dict[str, Any],
    Meta(description="Settings of the run, within their bounds.", examples=[{"batch_size": 32}]),
]


class Named(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    kw_only=True,
    gc=False,
    tag="named",
    tag_field="kind",
):
    """An experiment of viva's own, by name."""

    name: Annotated[Text, Meta(description="The experiment's name.", examples=["zero_grad"])]
    set: Settings = {}


class Inline(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    kw_only=True,
    gc=False,
    tag="inline",
    tag_field="kind",
):
    """An experiment written in the question itself. `name` is the question's id."""

    variants: Annotated[
        dict[str, Variant],
        Meta(
            min_length=2,
            max_length=8,
            description="Names and what each changes; the first is the one the others are held against.",
        ),
    ]
    decide: Annotated[
        list[Rule],
        Meta(min_length=1, max_length=20, description="Rules, tried in order; the last is `otherwise`."),
    ]
    outcomes: Annotated[
        dict[str, Text], Meta(min_length=1, description="Each outcome and what it means, in a few words.")
    ]
    watch: Annotated[
        list[Text], Meta(min_length=1, description="What is drawn (the first) and tabulated.")
    ] = msgspec.field(default_factory=lambda: ["loss", "grad_norm", "accuracy"])
    set: Settings = {}
    interleaved: Annotated[
        bool, Meta(description="Whether the variants take turns step by step, so that times compare.")
    ] = False
    name: str = ""

    @property
    def has_edits(self) -> bool:
        """Whether it changes the page, that is, brings code of its own."""
        return any(variant.edits for variant in self.variants.values())


Id = Annotated[
    str,
    Meta(
        pattern=KEBAB,
        max_length=80,
        description="Stable, in kebab-case: progress hangs on it, never on the text.",
        examples=["zero-grad"],
    ),
]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """One question as its file has it."""

    id: Id
    number: Annotated[
        Annotated[int, Meta(ge=1, le=1_000_000)] | None, Meta(description="Its place in the bank's order.")
    ] = None
    level: Annotated[Level, Meta(description="How far one must have come to be asked this.")]
    tags: Annotated[list[Text], Meta(description="Words to find it by.", examples=[["optimizer"]])] = []
    question: Annotated[Text, Meta(description="The question, in Markdown.")]
    answer: Annotated[Text, Meta(description="The full answer, in Markdown, with code where it helps.")]
    key_points: Annotated[
        list[KeyPoint],
        Meta(
            min_length=1,
            max_length=20,
            description="What a good answer names; typed answers are held against these.",
        ),
    ]
    follow_ups: Annotated[list[Text], Meta(description="Ids of questions to ask next.")] = []
    traps: Annotated[list[Text], Meta(description="What people often say that is wrong today.")] = []
    lines: Annotated[
        Text | None,
        Meta(description="A piece of text on the page: where the question points.", examples=["zero_grad"]),
    ] = None
    experiment: Annotated[
        Named | Inline | None,
        Meta(description="What proves the answer: an experiment's name, with settings, or one written here."),
    ] = None
    predict: Annotated[
        dict[str, Text],
        Meta(
            description="Offered before the run: each of the experiment's outcomes, as a sentence.",
            examples=[{"diverges": "The loss runs away"}],
        ),
    ] = {}
    teaches: Annotated[Text | None, Meta(description="The outcome that the answer stands on.")] = None
    sources: Annotated[list[Link], Meta(description="Where to read on, https only.")] = []

    @property
    def title(self) -> str:
        """The question's first line, without its Markdown back-ticks, for lists and headings."""
        lines = self.question.strip().splitlines()
        return lines[0].replace("`", "") if lines else self.id


class Question(Entry, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """A question of a loaded bank. `pack` is None in viva's own; elsewhere the id is `pack/id`."""

    id: str
    topic: str = ""
    pack: str | None = None


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """A file of the bank: a topic and its questions."""

    topic: Annotated[Text, Meta(description="What the file's questions are about.")]
    questions: Annotated[list[Entry], Meta(description="The questions, in the order to learn them in.")]


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a file of the bank, for editors and other programs."""
    (top,), models = msgspec.json.schema_components([File], ref_template="#/$defs/{name}")
    for name in ("Named", "Inline"):
        models[name]["properties"].pop("kind")
        models[name]["required"].remove("kind")
    models["Inline"]["properties"].pop("name")
    models["Inline"]["properties"]["variants"]["additionalProperties"] = {
        "anyOf": [
            {"type": "array", "items": {"$ref": "#/$defs/Edit"}},
            {"$ref": "#/$defs/Variant"},
            {"type": "null"},
        ]
    }
    models["Entry"]["properties"]["level"]["enum"] = list(LEVELS)
    experiment = models["Entry"]["properties"]["experiment"]
    experiment.pop("anyOf", None)
    experiment.pop("discriminator", None)
    experiment["oneOf"] = [
        {"type": "string", "pattern": TEXT},
        {"$ref": "#/$defs/Named"},
        {"$ref": "#/$defs/Inline"},
        {"type": "null"},
    ]
    models["Rule"]["oneOf"] = [{"required": ["when", "outcome"]}, {"required": ["otherwise"]}]
    title = {"title": "A file of viva's bank", "$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**title, **top, "$defs": models}


def unfold(raw: dict[str, Any]) -> dict[str, Any]:
    """A question's mapping with the short forms of `experiment` and of its variants written out.

    A `kind` that the file itself has is left to be refused as an unknown field.
    """
    experiment = raw.get("experiment")
    if isinstance(experiment, str):
        return {**raw, "experiment": {"kind": "named", "name": experiment}}
    if not isinstance(experiment, dict):
        return raw
    if not {"variants", "decide", "outcomes"} & experiment.keys():
        return {**raw, "experiment": {**experiment, "kind": "named"}}
    inline = {**experiment, "kind": "inline"}
    if isinstance(variants := experiment.get("variants"), dict):
        inline["variants"] = {
            name: {"edits": variant or []} if variant is None or isinstance(variant, list) else variant
            for name, variant in variants.items()
        }
    return {**raw, "experiment": inline}
