"""Buckets in words: a name, a description and what people write about such breaks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from tieout.model.buckets import Bucket
from tieout.model.errors import InputError

_EXPECTED = "a list of buckets, each with name, description, examples and next_step"
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


@dataclass(frozen=True, slots=True)
class BucketText:
    """One bucket: its name, what it is, and typical comments about such breaks.

    next_step: what people usually do about it; of the shipped ones the predefined step.
    """

    name: str
    description: str
    examples: tuple[str, ...] = ()
    next_step: str = ""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    description: _Text
    examples: Annotated[tuple[_Text, ...], Field(strict=False)] = ()
    next_step: str = ""


_ENTRIES: TypeAdapter[list[_Entry]] = TypeAdapter(list[_Entry])


def load_buckets(path: Path) -> tuple[BucketText, ...]:
    """The buckets of a workspace: a YAML list of name and description; the rest may be left out.

    Raises InputError with one line: the file, the entry, what is wrong, what is expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; expected {_EXPECTED}") from error
    found = buckets_of(text, source=str(path))
    for each in found:
        if each.name == Bucket.AMBIGUOUS:
            raise InputError(f"{path}: {each.name}: is an outcome, not a kind of break")
    return found


def buckets_of(text: str, *, source: str) -> tuple[BucketText, ...]:
    """The buckets in a YAML text; `source` stands in messages. Raises InputError.

    >>> buckets_of("[{name: netting, description: Set off, examples: [netted]}]", source="own")
    (BucketText(name='netting', description='Set off', examples=('netted',), next_step=''),)
    """
    try:
        # The C reader is ten times as fast and reads the same; not every build has it.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        content = yaml.load(text, Loader=loader)  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or "not YAML"
        raise InputError(f"{source}: {where}{problem}; expected {_EXPECTED}") from error
    if not isinstance(content, list) or not content:
        raise InputError(f"{source}: expected {_EXPECTED}")
    try:
        entries = _ENTRIES.validate_python(content)
    except ValidationError as error:
        raise InputError(f"{source}: {_problem(error, content)}") from error
    names = [entry.name for entry in entries]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{source}: {name}: is there twice; expected names to differ")
    return tuple(
        BucketText(each.name, each.description, each.examples, each.next_step.strip())
        for each in entries
    )


def extended(shipped: Iterable[BucketText], own: Sequence[BucketText]) -> tuple[BucketText, ...]:
    """Shipped buckets and a workspace's own; one of the same name adds its words to the shipped.

    >>> known = BucketText("timing", "In transit.", ("pending",))
    >>> (both,) = extended([known], [BucketText("timing", "Float.", ("cheque",))])
    >>> both.description, both.examples
    ('In transit. Float.', ('pending', 'cheque'))
    """
    together = {each.name: each for each in shipped}
    for each in own:
        known = together.get(each.name)
        together[each.name] = each if known is None else _joined(known, each)
    return tuple(together.values())


def _joined(known: BucketText, more: BucketText) -> BucketText:
    examples = tuple(dict.fromkeys((*known.examples, *more.examples)))
    step = more.next_step or known.next_step
    return BucketText(known.name, f"{known.description} {more.description}", examples, step)


def _problem(error: ValidationError, content: list[Any]) -> str:
    first = error.errors()[0]
    number, *steps = first["loc"]
    entry = content[int(number)]
    name = entry.get("name") if isinstance(entry, dict) else None
    place = ": ".join([f"bucket {name or int(number) + 1}", *(str(step) for step in steps)])
    match first["type"]:
        case "extra_forbidden":
            return f"{place}: no such field; expected name, description, examples, next_step"
        case "missing":
            return f"{place}: is missing"
        case "string_pattern_mismatch":
            return f"{place}: expected lower-case letters, digits and _, starting with a letter"
        case "string_type":
            return f"{place}: expected text; put quotes around it"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"{place}: expected name, description and examples"
        case _:
            return f"{place}: {first['msg'][0].lower()}{first['msg'][1:]}"
