"""Rules applied to rows: which fire where, why, and how good each one is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tieout.detect.labels import LabelArray
from tieout.detect.rules.expression import check_known, names_in, parse
from tieout.detect.rules.frame import KNOWN_ELSEWHERE
from tieout.detect.rules.kept import KeptRule
from tieout.detect.rules.model import Rule, RuleSet
from tieout.detect.rules.params import (
    Threshold,
    learnt_threshold,
    names_of_param,
    resolved,
)
from tieout.detect.rules.reason import filled, names_in_reason
from tieout.detect.rules.report import Evidence, RuleReport, measured
from tieout.model.errors import InputError
from tieout.model.facts import Reason

if TYPE_CHECKING:
    import polars as pl

_WORD_BITS = 64


@dataclass(frozen=True)
class RuleResult:
    """What rules say of each row.

    rules: those that were applied, in order. masks: uint64, a row for each row and a bit for each
    rule, rule r in word r // 64. reports: a line for each rule applied. skipped: rules that need
    what the table does not have, with a sentence each.
    """

    rules: tuple[Rule, ...]
    masks: NDArray[np.uint64]
    reports: tuple[RuleReport, ...]
    skipped: dict[str, str]
    _frame: "pl.DataFrame"
    _learnt_from: "pl.DataFrame"
    _sources: dict[str, str]

    def fired(self, rule_id: str) -> NDArray[np.bool_]:
        """The rows at which a rule holds, whether or not it may flag. KeyError if not applied."""
        places = [place for place, rule in enumerate(self.rules) if rule.id == rule_id]
        if not places:
            raise KeyError(rule_id)
        word, bit = divmod(places[0], _WORD_BITS)
        held: NDArray[np.bool_] = (self.masks[:, word] >> np.uint64(bit)) & np.uint64(1) == 1
        return held

    def kept(self) -> tuple[KeptRule, ...]:
        """The rules with what they learnt, for records that come one by one."""
        flags = {report.rule_id: report.flags for report in self.reports}
        return tuple(
            KeptRule(rule, flags[rule.id], _thresholds(rule, self._learnt_from))
            for rule in self.rules
        )

    @property
    def flags(self) -> NDArray[np.bool_]:
        """Rows at which a rule holds that may flag."""
        allowed = [report.rule_id for report in self.reports if report.flags]
        held: NDArray[np.bool_] = np.zeros(len(self.masks), np.bool_)
        for rule_id in allowed:
            held |= self.fired(rule_id)
        return held

    def triggered(self, indices: Sequence[int]) -> list[tuple[str, ...]]:
        """The ids of the rules that hold at some rows (positions), the most severe first.

        A rule that only warns is among them.
        """
        order = self._by_severity()
        return [
            tuple(self.rules[place].id for place in order if self._holds(index, place))
            for index in indices
        ]

    def triggered_at(self, places: "NDArray[np.int64] | None" = None) -> "pl.Series":
        """As `triggered`, for every row or for some: lists of text."""
        import polars as pl

        # Few combinations of rules occur: each is put into words once.
        masks = self.masks if places is None else self.masks[places]
        words = masks[:, 0] if masks.shape[1] == 1 else masks
        _, firsts, inverse = np.unique(words, axis=0, return_index=True, return_inverse=True)
        first_rows = firsts if places is None else places[firsts]
        known = list(map(list, self.triggered(first_rows.tolist())))
        lists = pl.Series("triggered_rules", known, dtype=pl.List(pl.String))
        return lists.gather(inverse.ravel())

    def reasons(self, indices: Sequence[int]) -> list[tuple[Reason, ...]]:
        """Why the rules that hold at some rows do: a sentence of each, the most severe first."""
        found: list[list[Reason]] = [[] for _ in indices]
        rows = np.asarray(indices, dtype=np.int64)
        for place in self._by_severity():
            rule = self.rules[place]
            held = [at for at, index in enumerate(rows) if self._holds(int(index), place)]
            if not held:
                continue
            source = self._sources.get(rule.id, "rules")
            values = _values(rule, self._frame, rows[held], self._learnt_from, source)
            for at, row in zip(held, values.iter_rows(named=True), strict=True):
                found[at].append(filled(rule.reason, row))
        return [tuple(reasons) for reasons in found]

    def _by_severity(self) -> list[int]:
        places = range(len(self.rules))
        return sorted(places, key=lambda place: (-self.rules[place].severity.rank, place))

    def _holds(self, index: int, place: int) -> bool:
        word, bit = divmod(place, _WORD_BITS)
        return bool((int(self.masks[index, word]) >> bit) & 1)


def apply_rules(
    ruleset: RuleSet,
    frame: "pl.DataFrame",
    labels: LabelArray | None = None,
    *,
    log_p: NDArray[np.float64] | None = None,
    learnt_from: "pl.DataFrame | None" = None,
) -> RuleResult:
    """Where each rule holds among the rows of `frame` (see `rule_frame`), and how good it is.

    labels: what people know (1 anomaly, 0 normal, -1 nothing yet). log_p: another judge's
    log p-values, for the lift where there are no labels. learnt_from: the rows that parameters are
    learnt from, `frame` if None. A rule whose features or roles the frame lacks is skipped and
    said so. Raises InputError (file, rule, what is expected) for a name nobody knows, or a
    condition that is neither true nor false.
    """
    base = frame if learnt_from is None else learnt_from
    evidence = Evidence(labels, log_p)
    applied: list[Rule] = []
    held: list[NDArray[np.bool_]] = []
    skipped: dict[str, str] = {}
    for rule in ruleset.rules:
        source = ruleset.sources.get(rule.id, "rules")
        missing = _missing(rule, frame, source)
        if missing:
            skipped[rule.id] = f"{rule.title}: not applied, the table has no {', '.join(missing)}"
            continue
        applied.append(rule)
        held.append(_held(rule, frame, base, source))
    masks = np.zeros((frame.height, max(1, -(-len(applied) // _WORD_BITS))), np.uint64)
    for place, rows in enumerate(held):
        word, bit = divmod(place, _WORD_BITS)
        masks[rows, word] |= np.uint64(1 << bit)
    reports = tuple(
        measured(rule, rows, evidence) for rule, rows in zip(applied, held, strict=True)
    )
    return RuleResult(tuple(applied), masks, reports, skipped, frame, base, ruleset.sources)


def _thresholds(rule: Rule, learnt_from: "pl.DataFrame") -> dict[str, Threshold]:
    """The parameters that a rule uses, as learnt from rows."""
    place = f"rule {rule.id}: params"
    used = set(names_in(parse(rule.when, place=place))) | set(names_in_reason(rule.reason))
    for text in rule.let.values():
        used |= set(names_in(parse(text, place=place)))
    return {
        name: learnt_threshold(param, learnt_from, place=f"{place} {name}")
        for name, param in rule.params.items()
        if name in used
    }


def names_in_condition(rule: Rule) -> tuple[str, ...]:
    """The columns by which a rule decides, those of its `let` names among them."""
    place = f"rule {rule.id}"
    names = list(names_in(parse(rule.when, place=f"{place}: when")))
    for name, text in rule.let.items():
        if name in names:
            names += names_in(parse(text, place=f"{place}: let {name}"))
    return tuple(dict.fromkeys(names))


def names_needed(rule: Rule, *, source: str = "rules") -> tuple[str, ...]:
    """The columns that a rule reads, its own parameters and `let` names left out."""
    place = f"{source}: rule {rule.id}"
    names = [*names_in(parse(rule.when, place=f"{place}: when")), *names_in_reason(rule.reason)]
    for name, text in rule.let.items():
        names += names_in(parse(text, place=f"{place}: let {name}"))
    for name, param in rule.params.items():
        # A parameter of the whole file counts for the rules that name it.
        if name in names:
            names += names_of_param(param, place=f"{place}: params {name}")
    own = set(rule.params) | set(rule.let)
    return tuple(dict.fromkeys(name for name in names if name not in own))


def _missing(rule: Rule, frame: "pl.DataFrame", source: str) -> list[str]:
    needed = names_needed(rule, source=source)
    place = f"{source}: rule {rule.id}"
    check_known(needed, KNOWN_ELSEWHERE | set(frame.columns), place=place)
    for name in (*rule.params, *rule.let):
        if name in frame.columns:
            raise InputError(f"{place}: {name!r} is a column as well; expected a name of its own")
    return [name for name in needed if name not in frame.columns]


def _with_names(
    rule: Rule, frame: "pl.DataFrame", base: "pl.DataFrame", source: str
) -> "pl.DataFrame":
    """The frame with the rule's parameters and named expressions, those that it uses."""
    place = f"{source}: rule {rule.id}"
    used = {*names_in(parse(rule.when, place=place)), *names_in_reason(rule.reason)}
    lets = {name: parse(text, place=f"{place}: let {name}") for name, text in rule.let.items()}
    for expression in lets.values():
        used |= set(names_in(expression))
    params = {name: param for name, param in rule.params.items() if name in used}
    frame = frame.with_columns(
        column.alias(name) for name, column in resolved(params, frame, base, place=place).items()
    )
    for name, expression in lets.items():
        frame = frame.with_columns(expression.alias(name))
    return frame


def _held(
    rule: Rule, frame: "pl.DataFrame", base: "pl.DataFrame", source: str
) -> NDArray[np.bool_]:
    import polars as pl

    place = f"{source}: rule {rule.id}: when"
    condition = parse(rule.when, place=place)
    try:
        result = _with_names(rule, frame, base, source).select(condition.alias("held")).to_series()
    except pl.exceptions.PolarsError as error:
        raise InputError(f"{place}: {str(error).splitlines()[0]}") from error
    if result.dtype == pl.Null:
        result = result.cast(pl.Boolean)
    if result.dtype != pl.Boolean:
        raise InputError(f"{place}: gives {result.dtype}; expected true or false for each row")
    if len(result) == 1 and frame.height != 1:
        # A condition without columns holds everywhere or nowhere.
        result = pl.repeat(result[0], frame.height, dtype=pl.Boolean, eager=True)
    held: NDArray[np.bool_] = result.fill_null(value=False).to_numpy()
    return held


def _values(
    rule: Rule,
    frame: "pl.DataFrame",
    rows: NDArray[np.int64],
    base: "pl.DataFrame",
    source: str,
) -> "pl.DataFrame":
    chosen = _with_names(rule, frame[rows], base, source)
    return chosen.select(names_in_reason(rule.reason))
