"""Sound questions and files of them, to spoil in one place at a time."""

PHRASINGS = "classification token, summary vector, pooled output"
_QUESTION = """\
  - id: {id}
    level: basic
    question: What does [CLS] stand for?
    answer: It stands for the classification token.
    key_points:
      - {{point: the classification token, any: [{phrasings}], hint: What is read from it?}}
"""


def question(id: str = "cls", more: str = "") -> str:
    """A sound question as an item of a file; the lines of `more` are added to it."""
    sound = _QUESTION.format(id=id, phrasings=PHRASINGS)
    return sound + "".join(f"    {line}\n" for line in more.splitlines())


def file(*questions: str) -> str:
    """A sound file with these questions, or with one."""
    return "topic: Tokens\nquestions:\n" + "".join(questions or (question(),))


INLINE = """\
experiment:
  variants:
    kept: []
    left out: [{old: "        optimizer.zero_grad()\\n", new: ""}]
  decide:
    - {when: final_loss of left out > 1.5 × final_loss of kept, outcome: worse}
    - {otherwise: same}
  outcomes: {worse: it learns less, same: no difference}
"""
