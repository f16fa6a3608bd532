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
