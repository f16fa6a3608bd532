"""What the rules say of each row, and who the findings are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.detect.behaviour.features import FEATURES, behaviour
from tieout.detect.detector import FloatArray
from tieout.detect.entities.risk import ENTITIES, EntityFindings, entity_risk
from tieout.detect.rules.apply import RuleResult, apply_rules, names_needed
from tieout.detect.rules.frame import rule_frame
from tieout.detect.rules.load import load_rules
from tieout.detect.rules.model import RuleSet, Severity
from tieout.export.detect_facts import RuleFacts
from tieout.model.facts import Reason
from tieout.model.table import Table
from tieout.pipeline.detection.data import Data

if TYPE_CHECKING:
    from tieout.pipeline.detection.job import DetectJob

# A finding below this would add no risk that a person could see.
_FINDING_MIN: Final = 0.05
# How sure a finding is of which a rule alone knows, as evidence of who it is about.
_SURE: Final[Mapping[Severity, float]] = MappingProxyType(
    {Severity.LOW: 0.25, Severity.MEDIUM: 0.5, Severity.HIGH: 0.75, Severity.CRITICAL: 0.9}
)


@dataclass(frozen=True)
class Ruling:
    """Rules applied to rows. spec: the rules as the manifest keeps them."""

    table: Table
    result: RuleResult | None
    facts: tuple[RuleFacts, ...]
    spec: dict[str, Any]

    @property
    def flags(self) -> NDArray[np.bool_]:
        """Rows at which a rule holds that may flag."""
        if self.result is None:
            return np.zeros(self.table.height, dtype=np.bool_)
        return self.result.flags

    @property
    def notes(self) -> tuple[str, ...]:
        """Rules that warn instead of flagging, and in one sentence those that do not apply."""
        warnings = tuple(fact.warning for fact in self.facts if fact.warning)
        skipped = {} if self.result is None else self.result.skipped
        if not skipped:
            return warnings
        names = ", ".join(sorted(skipped))
        return (*warnings, f"Not applied, as columns for them are missing: {names}.")

    def triggered(self, places: NDArray[np.int64] | None = None) -> pl.Series:
        """The rules that hold at each row (or at some), the most severe first: list of text."""
        if self.result is not None:
            return self.result.triggered_at(places)
        rows = self.table.height if places is None else len(places)
        nothing = pl.Series("triggered_rules", [[]], dtype=pl.List(pl.String))
        return nothing.new_from_index(0, rows)

    def reasons(self, places: NDArray[np.int64]) -> list[tuple[Reason, ...]]:
        """A sentence of each rule that holds at some rows, the most severe first."""
        if self.result is None:
            return [() for _ in places]
        return self.result.reasons([int(place) for place in places])

    def gravest(self, places: NDArray[np.int64]) -> list[Severity | None]:
        """The severity of the gravest rule that flags each of some rows; None where none does."""
        flagging = {fact.identifier: Severity(fact.severity) for fact in self.facts if fact.flags}
        # The most severe come first.
        return [
            next((flagging[name] for name in names if name in flagging), None)
            for names in self.triggered(places).to_list()
        ]

    def entities(
        self, score: FloatArray, flagged: NDArray[np.int64], reasons: Sequence[Sequence[str]]
    ) -> pl.DataFrame | None:
        """The risk of customers, merchants, accounts by the flagged rows; None without any."""
        if not set(ENTITIES) & set(self.table.roles):
            return None
        rules = {} if self.result is None else {rule.id: rule for rule in self.result.rules}
        held = self.triggered(flagged).to_list()
        typologies = [
            sorted({kind for name in names if (kind := rules[name].typology)}) for names in held
        ]
        sure = [0.0 if worst is None else _SURE[worst] for worst in self.gravest(flagged)]
        found = EntityFindings(
            indices=flagged,
            scores=np.maximum(np.maximum(score[flagged], sure), _FINDING_MIN),
            typologies=typologies,
            reasons=list(reasons),
        )
        risks = entity_risk(self.table, found)
        return None if risks.is_empty() else risks


def rule(job: "DetectJob", data: Data, log_p: FloatArray) -> Ruling:
    """Apply a profile's rules, or those of a file. Raises InputError for a bad rule."""
    rules = load_rules(job.rules, job.judged_as)
    if not rules.rules:
        return Ruling(data.table, None, (), _spec(rules))
    wanted = {
        name
        for each in rules.rules
        for name in names_needed(each, source=rules.sources.get(each.id, "rules"))
    } & set(FEATURES)
    features = behaviour(data.table, data.history, features=wanted)
    labels = data.labels.values if job.labels is not None else None
    result = apply_rules(rules, rule_frame(data.table, features), labels, log_p=log_p)
    return Ruling(data.table, result, _facts(result), _spec(rules))


def _facts(result: RuleResult) -> tuple[RuleFacts, ...]:
    return tuple(
        RuleFacts(
            identifier=report.rule_id,
            title=report.title,
            severity=str(report.severity),
            rows=report.rows,
            share=report.share,
            flags=report.flags,
            lift=report.lift,
            precision=report.precision,
            recall=report.recall,
            warning=report.note,
        )
        for report in result.reports
    )


def _spec(rules: RuleSet) -> dict[str, Any]:
    return {
        "name": rules.name,
        "rules": [each.model_dump(mode="json", exclude_defaults=True) for each in rules.rules],
    }
