"""How a kept model is used: how columns are read, where scores are cut, which rules hold."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tieout.detect.rules.kept import KeptRule
from tieout.export.aside import written_aside
from tieout.model.errors import InputError
from tieout.model.formats import AmountFormat, DateFormat
from tieout.model.table import ColumnFacts, Kind, TableRole
from tieout.sources.typed.reading import Reading

if TYPE_CHECKING:
    from tieout.pipeline.detection.job import Detected, DetectJob

_FORMAT: Final = 1


@dataclass(frozen=True)
class Use:
    """What a run knows beside the model, so that single records are judged as its rows were.

    columns: of the rows, with how each is read. threshold: scores from it on are flagged; above 1
    none is. run_id: of the run that wrote it.
    """

    profile: str
    run_id: str
    columns: tuple[ColumnFacts, ...]
    readings: Mapping[str, Reading]
    roles: Mapping[TableRole, str]
    threshold: float
    rules: tuple[KeptRule, ...]

    def save(self, model: Path) -> bool:
        """Write it beside its model; False where the workspace cannot be written."""
        content = {
            "format": _FORMAT,
            "profile": self.profile,
            "run_id": self.run_id,
            "threshold": self.threshold if self.threshold <= 1.0 else None,
            "roles": {str(role): name for role, name in self.roles.items()},
            "columns": [_column_state(each, self.readings[each.name]) for each in self.columns],
            "rules": [each.state() for each in self.rules],
        }
        try:
            with written_aside(use_path(model)) as part:
                part.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")
        except (OSError, InputError):
            return False
        return True


def use_of(done: "Detected", job: "DetectJob", run_id: str) -> Use:
    """How a run used its model."""
    table, result = done.data.table, done.findings.ruling.result
    return Use(
        profile=job.judged_as,
        run_id=run_id,
        columns=table.columns,
        readings=done.data.read.readings,
        roles=table.roles,
        threshold=done.findings.cut.threshold,
        rules=() if result is None else result.kept(),
    )


def use_path(model: Path) -> Path:
    """Where a model's use is written."""
    return model.with_suffix(".json")


def load_use(model: Path) -> Use | None:
    """What `Use.save` wrote; None where there is nothing, or nothing that can be read."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        content = json.loads(use_path(model).read_text(encoding="utf-8"))
        if content["format"] != _FORMAT:
            return None
        columns = content["columns"]
        threshold = content["threshold"]
        return Use(
            profile=content["profile"],
            run_id=content["run_id"],
            columns=tuple(_column(each) for each in columns),
            readings={each["name"]: _reading(each) for each in columns},
            roles={TableRole(role): name for role, name in content["roles"].items()},
            threshold=float("inf") if threshold is None else float(threshold),
            rules=tuple(KeptRule.restored(each) for each in content["rules"]),
        )
    return None


def _column_state(column: ColumnFacts, reading: Reading) -> dict[str, Any]:
    return {
        "name": column.name,
        "kind": str(column.kind),
        "distinct": column.distinct,
        "missing": column.missing,
        "is_identifier": column.is_identifier,
        "way": reading.way,
        "amount": reading.amount.model_dump(),
        "date": list(reading.date.patterns),
        "ticks": reading.ticks,
    }


def _column(state: Mapping[str, Any]) -> ColumnFacts:
    return ColumnFacts(
        name=state["name"],
        kind=Kind(state["kind"]),
        distinct=int(state["distinct"]),
        missing=int(state["missing"]),
        is_identifier=bool(state["is_identifier"]),
    )


def _reading(state: Mapping[str, Any]) -> Reading:
    return Reading(
        kind=Kind(state["kind"]),
        way=state["way"],
        amount=AmountFormat.model_validate(state["amount"]),
        date=DateFormat(patterns=tuple(state["date"])),
        ticks=int(state["ticks"]),
    )
