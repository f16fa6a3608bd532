"""What a run folder knows about its rows."""

import csv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import polars as pl

from tieout.export.explain_trail import Step
from tieout.export.words import amount_text, label, list_text, money_text
from tieout.model.errors import InputError
from tieout.model.manifest import InputFacts, RunManifest, SideConservation

_SHOWN: Final = 3
_ROWS_SHOWN: Final = 12


@dataclass(frozen=True)
class KeptRun:
    """A run folder and its manifest."""

    folder: Path
    manifest: RunManifest

    def file(self, name: str) -> Path:
        """A file of the run. Raises InputError where it is gone."""
        path = self.folder / name
        if not path.is_file():
            raise InputError(f"{path}: is gone; the run cannot be explained without it")
        return path

    @cached_property
    def breaks(self) -> pl.DataFrame:
        """The columns of the contract."""
        return pl.read_parquet(self.file("breaks.parquet"))

    @cached_property
    def incidents(self) -> dict[str, dict[str, str]]:
        """Rows of incidents.csv by their name; none where the run wrote none."""
        path = self.folder / "incidents.csv"
        if not path.is_file():
            return {}
        with path.open(encoding="utf-8", newline="") as file:
            return {row["incident_id"]: row for row in csv.DictReader(file)}

    def input(self, side: str) -> InputFacts:
        """One of the inputs. Raises InputError with the sides that there are."""
        for given in self.manifest.inputs:
            if given.side == side:
                return given
        sides = " and ".join(given.side for given in self.manifest.inputs)
        raise InputError(f"--side {side}: the run has {sides}")

    def row(self, subject: str, given: InputFacts) -> int:
        """The number of a row of the input or a carried one. Raises InputError for another."""
        row, carried = int(subject), self.rows_carried(given.side)
        if not 1 <= row <= given.rows + carried:
            more = f", and {carried:,} carried forward come after them" if carried else ""
            raise InputError(
                f"row {subject}: the {given.side} input {given.name} has rows 1 to {given.rows:,}"
                f"{more}"
            )
        return row

    def rows_carried(self, side: str) -> int:
        """How many rows of an earlier run were compared on a side."""
        account = self.manifest.conservation.get(side)
        return account.carried if isinstance(account, SideConservation) else 0

    def named(self, frame: pl.DataFrame, column: str, subject: str, noun: str) -> dict[str, Any]:
        """The row whose name begins so. Raises InputError where none or several do."""
        found = frame.filter(pl.col(column).str.starts_with(subject))
        exact = found.filter(pl.col(column) == subject)
        found = exact if exact.height else found
        if found.height == 1:
            return found.row(0, named=True)
        if found.height > 1:
            first = ", ".join(found[column].head(_SHOWN))
            raise InputError(f"{subject}: {found.height:,} {noun}s begin so, such as {first}")
        such = ", such as " + ", ".join(frame[column].head(_SHOWN)) if frame.height else ""
        raise InputError(
            f"{subject}: no {noun} of the run begins so; it has {frame.height:,}{such}"
        )

    def break_of(self, side: str, row: int) -> dict[str, Any] | None:
        """The break that a row is in."""
        found = self.breaks.filter(pl.col(f"{side}_rows").list.contains(row))
        return None if found.is_empty() else found.row(0, named=True)

    def break_steps(self, found: dict[str, Any]) -> tuple[Step, ...]:
        """Stations of a break: its evidence, its judgement where it has one, its incident."""
        steps = [_break_step(found)]
        if found["score"] is not None or found["reasons"] or found["severity"]:
            steps.append(_judged_step(found))
        if found["incident_id"] is not None:
            steps.append(self.incident_step(found["incident_id"]))
        return tuple(steps)

    def incident_step(self, identity: str) -> Step:
        """What the run says of an incident."""
        told = self.incidents.get(identity, {})
        facts = [(name.replace("_", " "), value) for name, value in told.items() if value]
        return Step("incident", "Incident", tuple(facts) or (("incident id", identity),))


def rows_text(rows: list[int]) -> str:
    """Row numbers for people.

    >>> rows_text([4, 5])
    '4, 5'
    """
    return list_text([f"{row:,}" for row in rows], _ROWS_SHOWN)


def _break_step(found: dict[str, Any]) -> Step:
    currency = found["currency"] or ""
    facts = [("break", found["break_id"]), ("key", found["key"] or "(none)")]
    for side in ("left", "right"):
        if found[f"{side}_rows"]:
            dated = f" on {found[f'date_{side}']}" if found[f"date_{side}"] else ""
            amount = amount_text(found[f"amount_{side}"], currency)
            facts.append(
                (side, f"{amount} {currency}{dated}, rows {rows_text(found[f'{side}_rows'])}")
            )
    facts.append(("difference", money_text(found["difference"], currency)))
    if found["age_days"] is not None:
        facts.append(("open for", f"{found['age_days']:,} days"))
    facts.append(("bucket", label(found["bucket"])))
    if found["bucket_confidence"] is not None:
        facts.append(("confidence", f"{100 * found['bucket_confidence']:.0f} %"))
    facts.append(("evidence", found["evidence"] or "(none)"))
    facts += [("near miss", words) for words in found["candidates"] or ()]
    facts.append(("next step", found["resolution"] or "(none)"))
    return Step("break", "Break", tuple(facts))


def _judged_step(found: dict[str, Any]) -> Step:
    facts = []
    if found["anomalous"] is not None:
        facts.append(("out of pattern", "yes" if found["anomalous"] else "no"))
    if found["score"] is not None:
        facts.append(("score", f"{found['score']:.4f}"))
    if found["p_value"] is not None:
        facts.append(("p-value", f"{found['p_value']:.3g}"))
    if found["severity"]:
        facts.append(("severity", found["severity"]))
    return Step("judgement", "Judgement", tuple(facts), tuple(found["reasons"] or ()))
