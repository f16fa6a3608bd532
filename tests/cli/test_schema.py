"""`tieout schema`."""

import json
from collections.abc import Callable
from typing import Any


def test_it_prints_the_json_schema_of_a_spec(tieout: Callable[..., Any]) -> None:
    said = tieout("schema")
    assert (said.code, said.err) == (0, "")
    schema = json.loads(said.out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False
    assert {"left", "right"} <= set(schema["required"])
    assert {"passes", "normalise", "evidence", "scale"} <= set(schema["properties"])


def test_it_prints_the_json_schema_of_a_file_of_rules(tieout: Callable[..., Any]) -> None:
    said = tieout("schema rules")
    assert (said.code, said.err) == (0, "")
    schema = json.loads(said.out)
    assert {"rules", "limits", "params", "extends"} <= set(schema["properties"])
    assert {"id", "title", "when", "reason"} <= set(schema["$defs"]["Rule"]["required"])


def test_whose_spec_it_is_has_to_be_known(tieout: Callable[..., Any]) -> None:
    said = tieout("schema weather")
    assert said.code == 2
    assert said.err.count("\n") == 1
