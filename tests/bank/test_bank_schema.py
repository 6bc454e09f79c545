"""The JSON Schema that editors use."""

import json

from app.bank import OWN
from app.bank.schema import schema


def test_the_schema_beside_the_questions_is_current() -> None:
    assert json.loads((OWN / "schema.json").read_text(encoding="utf-8")) == schema()


def test_every_field_is_described() -> None:
    for name, model in schema()["$defs"].items():
        for field, described in model.get("properties", {}).items():
            assert described.get("description"), f"{name}.{field}"


def test_fields_that_no_file_may_have_are_not_in_it() -> None:
    models = schema()["$defs"]
    assert not {"topic", "pack", "kind"} & models["Entry"]["properties"].keys()
    assert models["Named"]["required"] == ["name"]
    assert not {"name", "kind"} & models["Inline"]["properties"].keys()
