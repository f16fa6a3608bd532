"""Specs on disk: YAML that a person can read, edit and keep."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from tieout.model.errors import InputError
from tieout.reconcile.infer.model import Choice, Inferred
from tieout.reconcile.spec import Spec

Model = TypeVar("Model", bound=BaseModel)

_WIDTH = 98
_MESSAGES = {
    "model_type": "expected a mapping of fields",
    "dict_type": "expected a mapping",
    "tuple_type": "expected a list",
    "missing": "is missing",
}
# Where in the spec a choice is explained: the part, and the field within a side.
_PLACES = {
    "key": ("left", "key"),
    "amount": ("left", "amount"),
    "sign": ("right", "amount"),
    "currency": ("left", "currency"),
    "date": ("left", "date"),
    "date format (left)": ("left", "date"),
    "date format (right)": ("right", "date"),
    "original amount": ("left", "original_amount"),
    "party": ("left", "party"),
    "account": ("left", "account"),
    "comment": ("left", "comment"),
    "normalise": ("normalise", None),
    "scale": ("scale", None),
    "date in key": ("date_in_key", None),
    "passes": ("passes", None),
    "settlement days": ("evidence", None),
}


def load_spec(path: Path) -> Spec:
    """Read a spec. Raises InputError with one line: the file, the place in it, what is expected."""
    return read_yaml_model(path, Spec, expected="a mapping with `left` and `right`")


def read_yaml_model(path: Path, model: type[Model], *, expected: str) -> Model:
    """A YAML file as a model. Raises InputError with one line: file, place, what is expected."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; expected a YAML spec") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path}: {_yaml_problem(error)}") from error
    if not isinstance(content, dict):
        raise InputError(f"{path}: expected {expected}")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise InputError(f"{path}: {_first_problem(error)}") from error


def write_spec(inferred: Inferred, path: Path) -> None:
    """Write an inferred spec, each choice with its reason above it and doubts at the top."""
    path.write_text(spec_text(inferred.spec, inferred.choices), encoding="utf-8")


def spec_text(spec: Spec, choices: Sequence[Choice] = ()) -> str:
    """The YAML of a spec; fields left at their default are not written, passes always are."""
    parts: dict[str, Any] = spec.model_dump(mode="json", exclude_defaults=True, exclude={"passes"})
    parts = {"reconciliation": spec.reconciliation, **parts}
    parts["passes"] = [
        _pass(rule.model_dump(mode="json", exclude_none=True)) for rule in spec.passes
    ]
    lines = _heading(choices)
    for name in [*_ORDER, *sorted(set(parts) - set(_ORDER))]:
        if name in parts:
            lines += _part(name, parts[name], choices)
    return "\n".join(lines) + "\n"


_ORDER = (
    "reconciliation",
    "left",
    "right",
    "scale",
    "date_in_key",
    "normalise",
    "passes",
    "carry_forward",
    "evidence",
    "history",
)


def _pass(rule: dict[str, Any]) -> dict[str, Any]:
    """A pass without limits of nothing."""
    return {
        kind: {name: value for name, value in fields.items() if value != _NO_TOLERANCE}
        for kind, fields in rule.items()
    }


_NO_TOLERANCE = {"absolute": "0", "percent": "0", "by_currency": {}}


def _heading(choices: Sequence[Choice]) -> list[str]:
    doubts = [choice for choice in choices if choice.uncertain]
    if not choices:
        return []
    if not doubts:
        return ["# Inferred from samples of both sides. Nothing was uncertain.", ""]
    lines = ["# Inferred from samples of both sides. Look at these before you rely on it:"]
    for doubt in doubts:
        lines += _comment(f"- {doubt.subject}: {doubt.decision}. {doubt.reason}", "#   ")
    return [*lines, ""]


def _part(name: str, value: Any, choices: Sequence[Choice]) -> list[str]:
    lines = [""] if name != "reconciliation" else []
    lines += _reasons(choices, (name, None), "")
    if name not in {"left", "right"}:
        return [*lines, *_yaml({name: value}, "")]
    lines.append(f"{name}:")
    for field, content in value.items():
        lines += _reasons(choices, (name, field), "  ")
        lines += _yaml({field: content}, "  ")
    return lines


def _reasons(choices: Sequence[Choice], place: tuple[str, str | None], indent: str) -> list[str]:
    lines = []
    for choice in choices:
        if _PLACES.get(choice.subject) == place:
            said = f"{choice.subject}: {choice.decision}. {choice.reason}"
            lines += _comment(said, f"{indent}# ")
    return lines


def _comment(text: str, prefix: str) -> list[str]:
    # A line break in a column's name must not end the comment.
    plain = " ".join(text.split())
    wide = textwrap.wrap(plain, _WIDTH - len(prefix), break_long_words=False)
    return [prefix + line for line in wide]


def _yaml(part: dict[str, Any], indent: str) -> list[str]:
    text = yaml.dump(part, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return [indent + line for line in text.rstrip("\n").split("\n")]


class _Dumper(yaml.SafeDumper):
    """A mapping on lines of its own, a list of words on one line."""

    def represent_sequence(
        self, tag: str, sequence: Any, flow_style: bool | None = None
    ) -> yaml.SequenceNode:
        """Block style only for lists that hold mappings."""
        plain = not any(isinstance(item, dict) for item in sequence)
        return super().represent_sequence(tag, sequence, flow_style=plain or flow_style)


class _Loader(yaml.SafeLoader):
    """Only `true` and `false` are truth values: `on` is a field, `NO` a country."""


_Loader.yaml_implicit_resolvers = {
    first: [each for each in known if first in "tTfF" or not each[0].endswith(":bool")]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _yaml_problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "not YAML"
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return f"{where}{problem}"


def _first_problem(error: ValidationError) -> str:
    found = error.errors()
    places = [each["loc"] for each in found]
    # What holds a bad part is called bad as well; only the part is named.
    problems = [
        each
        for each in found
        if not any(
            len(p) > len(each["loc"]) and p[: len(each["loc"])] == each["loc"] for p in places
        )
    ]
    first = problems[0]
    place = ".".join(str(step) for step in first["loc"]) or "spec"
    message = _MESSAGES.get(first["type"]) or first["msg"].removeprefix("Value error, ")
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    if first["type"] == "extra_forbidden":
        return f"{place}: no such field{more}"
    given = first["input"]
    if isinstance(given, str | int | float) and first["type"] != "value_error":
        message += f", not {given!r}"
    return f"{place}: {message[0].lower() + message[1:]}{more}"
