"""The spec of an analysis: what the columns of a file of breaks are. YAML on disk."""

import datetime
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from tieout.detect.history.severity import SeverityTable
from tieout.model.errors import InputError
from tieout.reconcile.infer.model import Choice
from tieout.reconcile.spec import (
    AmountColumns,
    AmountTolerance,
    AssistantUse,
    DateColumn,
    SpecModel,
    WordsSpec,
)

_WIDTH: Final = 98


class Criteria(SpecModel):
    """The two amounts that should agree; a break is where they do not."""

    left: AmountColumns
    right: AmountColumns

    @field_validator("left", "right", mode="before")
    @classmethod
    def _amount_by_name(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, str) else value


class StatusColumn(SpecModel):
    """Where the tool that found the breaks says which rows are none."""

    column: str
    matched: Annotated[
        tuple[str, ...], Field(min_length=1, description="Values of rows that are no breaks.")
    ]

    @field_validator("matched", mode="before")
    @classmethod
    def _list_by_name(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class AnalyzeSpec(SpecModel):
    """What `tieout analyze` reads.

    `criteria` or `derived` is needed: two amounts that should agree, or their difference.
    """

    analysis: Annotated[
        str, Field(min_length=1, description="Name; part of the identity of its breaks.")
    ]
    key: Annotated[
        tuple[str, ...], Field(description="Columns that together say what keeps breaking.")
    ] = ()
    id: Annotated[
        str | None, Field(description="Column that names the single row, such as a trade number.")
    ] = None
    identity: Annotated[
        str | None,
        Field(
            description="Column of `break_id`, where a run of ours found the breaks: they keep it."
        ),
    ] = None
    criteria: Criteria | None = None
    derived: Annotated[
        AmountColumns | None, Field(description="The difference; computed where it is left out.")
    ] = None
    date: DateColumn | None = None
    currency: str | None = None
    currency_fixed: Annotated[
        str | None, Field(description="Currency of every row when no column says it.")
    ] = None
    comment: tuple[str, ...] = ()
    status: StatusColumn | None = None
    attributes: Annotated[
        tuple[str, ...] | None,
        Field(description="Columns by which peers and incidents are looked for; default the key."),
    ] = None
    tolerance: Annotated[
        AmountTolerance, Field(description="Differences up to it are no breaks.")
    ] = AmountTolerance()
    scale: Annotated[int | None, Field(ge=0, le=12, description="Decimals of every amount.")] = None
    current_from: Annotated[
        datetime.date | None,
        Field(description="First day that is judged; earlier rows are history."),
    ] = None
    severity: SeverityTable = SeverityTable()
    words: WordsSpec = WordsSpec()
    assistant: AssistantUse = AssistantUse()

    @field_validator("derived", mode="before")
    @classmethod
    def _amount_by_name(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, str) else value

    @field_validator("date", mode="before")
    @classmethod
    def _date_by_name(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, str) else value

    @field_validator("key", "comment", "attributes", mode="before")
    @classmethod
    def _list_by_name(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _something_to_judge(self) -> "AnalyzeSpec":
        if self.criteria is None and self.derived is None:
            raise ValueError("give `criteria` (left and right), or `derived`")
        if self.current_from is not None and self.date is None:
            raise ValueError("`current_from` needs `date`")
        return self

    @property
    def shared(self) -> tuple[str, ...]:
        """Columns by which peers and incidents are looked for."""
        return self.key if self.attributes is None else self.attributes

    @property
    def named(self) -> tuple[str, ...]:
        """All columns that name something: of the key, shared values and the row's own name."""
        return tuple(dict.fromkeys((*self.key, *self.shared, *((self.id,) if self.id else ()))))

    @property
    def amounts(self) -> tuple[str, ...]:
        """The amount columns, as people call them."""
        parts = [self.criteria.left, self.criteria.right] if self.criteria else [self.derived]
        return tuple(" less ".join(part.columns) for part in parts if part is not None)


class _Loader(yaml.SafeLoader):
    """Only `true` and `false` are truth values: a column may be called `No` or `On`."""


_Loader.yaml_implicit_resolvers = {
    first: [each for each in known if first in "tTfF" or not each[0].endswith(":bool")]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_analyze_spec(path: Path) -> AnalyzeSpec:
    """Read a spec. Raises InputError with one line: the file, the place in it, what is expected."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; expected a YAML spec") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise InputError(f"{path}: expected a mapping with `criteria` or `derived`")
    try:
        return AnalyzeSpec.model_validate({"analysis": path.stem, **content})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "spec"
        said = "no such field" if first["type"] == "extra_forbidden" else first["msg"]
        message = said.removeprefix("Value error, ")
        raise InputError(f"{path}: {place}: {message[0].lower()}{message[1:]}") from error


def analyze_spec_text(spec: AnalyzeSpec, choices: Sequence[Choice] = ()) -> str:
    """The YAML of a spec, each choice with its reason above it and doubts at the top."""
    parts = spec.model_dump(mode="json", exclude_defaults=True)
    parts["severity"] = spec.severity.model_dump(mode="json")
    lines = _heading(choices)
    for choice in choices:
        if choice.subject not in parts and not choice.uncertain:
            lines += _comment(f"{choice.subject}: {choice.decision}. {choice.reason}", "# ")
    for name in ("analysis", *(name for name in parts if name != "analysis")):
        for choice in choices:
            if choice.subject == name:
                lines += _comment(f"{choice.subject}: {choice.decision}. {choice.reason}", "# ")
        text = yaml.safe_dump(
            {name: parts[name]}, sort_keys=False, allow_unicode=True, width=_WIDTH
        )
        lines += text.rstrip("\n").split("\n")
    return "\n".join(lines) + "\n"


def _heading(choices: Sequence[Choice]) -> list[str]:
    if not choices:
        return []
    doubts = [choice for choice in choices if choice.uncertain]
    if not doubts:
        return ["# Nothing was uncertain.", ""]
    lines = ["# Look at these before you rely on it:"]
    for doubt in doubts:
        lines += _comment(f"- {doubt.subject}: {doubt.decision}. {doubt.reason}", "#   ")
    return [*lines, ""]


def _comment(text: str, prefix: str) -> list[str]:
    # A line break in a column's name must not end the comment.
    plain = " ".join(text.split())
    wide = textwrap.wrap(plain, _WIDTH - len(prefix), break_long_words=False)
    return [prefix + line for line in wide]
