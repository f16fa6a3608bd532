"""What a rule says, as its YAML is read."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

SHARE_MAX = 0.05
_NAME = r"^[A-Za-z_][A-Za-z0-9_]*$"

Name = Annotated[str, Field(pattern=_NAME)]
Words = Annotated[str, Field(min_length=1)]


class Severity(StrEnum):
    """How much it matters, least first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low up to 3 for critical."""
        return list(Severity).index(self)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Learnt(_Strict):
    """A threshold read off the data, so that a rule holds in any currency and at any scale.

    The quantile of an expression over the rows in which it is not null, for each combination of
    the columns in `by`; combinations of fewer rows than `rows_min` take that of all rows. It is
    kept between `at_least` and `at_most`.
    """

    quantile: Annotated[float, Field(gt=0.0, lt=1.0)]
    of: Words
    by: tuple[str, ...] = ()
    rows_min: Annotated[int, Field(ge=1)] | None = None
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_name_is_a_list(cls, content: Any) -> Any:
        if isinstance(content, dict) and isinstance(content.get("by"), str):
            return {**content, "by": (content["by"],)}
        return content

    @property
    def group_rows_min(self) -> int:
        """Rows that a group needs for a quantile of its own: as many as the quantile can tell."""
        if self.rows_min is not None:
            return self.rows_min
        return max(20, round(2.0 / min(self.quantile, 1.0 - self.quantile)))


class Rule(_Strict):
    """One rule. See docs for what a condition may hold.

    when: a condition in SQL over features, roles and columns; `params` and `let` are names in it.
    let: expressions with a name, for the condition and the reason.
    reason: a sentence with {names} in it, {name:.1f} to round.
    may_flag_above: share of rows above which it only warns.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    version: Annotated[int, Field(ge=1)] = 1
    title: Words
    when: Words
    reason: Words
    severity: Severity = Severity.MEDIUM
    owner: str = ""
    typology: str = ""
    enabled: bool = True
    params: dict[Name, float | Learnt] = {}
    let: dict[Name, str] = {}
    may_flag_above: Annotated[float, Field(gt=0.0, le=1.0)] = SHARE_MAX


class Limit(_Strict):
    """A validation limit, a rule in short: what is measured, and between which values it may be."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    version: Annotated[int, Field(ge=1)] = 1
    title: str = ""
    of: Words
    above: float | None = None
    below: float | None = None
    severity: Severity = Severity.MEDIUM
    owner: str = ""
    enabled: bool = True
    may_flag_above: Annotated[float, Field(gt=0.0, le=1.0)] = SHARE_MAX

    @model_validator(mode="after")
    def _has_a_bound(self) -> "Limit":
        if self.above is None and self.below is None:
            raise ValueError("needs `above` or `below`, the value from which on it is wrong")
        return self

    def as_rule(self) -> Rule:
        """The rule that this limit is short for."""
        conditions, said, params = [], [], {}
        for bound, sign in (("above", ">"), ("below", "<")):
            limit = getattr(self, bound)
            if limit is not None:
                params[f"limit_{bound}"] = limit
                conditions.append(f"measured {sign} limit_{bound}")
                said.append(f"{bound} {{limit_{bound}}}")
        title = self.title or self.id.replace("_", " ").replace("-", " ").capitalize()
        return Rule(
            id=self.id,
            version=self.version,
            title=title,
            when=" OR ".join(conditions),
            reason=f"{title.replace('{', '{{').replace('}', '}}')}: {{measured}} "
            f"must not be {' or '.join(said)}",
            severity=self.severity,
            owner=self.owner,
            typology="limit",
            enabled=self.enabled,
            params=params,
            let={"measured": self.of},
            may_flag_above=self.may_flag_above,
        )


Profile = Literal["payments", "journal", "generic"]


class RuleFile(_Strict):
    """A file of rules.

    extends: shipped sets whose rules come first; a rule of the same id here replaces theirs.
    params: thresholds that all its rules may name.
    """

    rules_version: Annotated[int, Field(ge=1)] = 1
    name: str = ""
    extends: tuple[Literal["payments", "journal", "typologies"], ...] = ()
    params: dict[Name, float | Learnt] = {}
    rules: tuple[Rule, ...] = ()
    limits: tuple[Limit, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _one_name_is_a_list(cls, content: Any) -> Any:
        if isinstance(content, dict) and isinstance(content.get("extends"), str):
            return {**content, "extends": (content["extends"],)}
        return content


class RuleSet(_Strict):
    """Rules to apply, in order. sources: for each rule's id where it was read."""

    name: str
    rules: tuple[Rule, ...]
    sources: dict[str, str]
