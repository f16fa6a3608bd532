"""Weeks of payment attempts, minute by minute, and the incidents among them."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from tieout.model.errors import InputError
from tieout.practice.breaks.arrays import Ints
from tieout.practice.labelled import LabelledWriter
from tieout.practice.rates.events import Events, draw_events
from tieout.practice.rates.incidents import KINDS, incidents_csv
from tieout.practice.rates.period import DAY_MINUTES
from tieout.practice.rates.table import event_table
from tieout.practice.rates.world import World, draw_world

ROWS_MIN: Final = 1_000
CHUNK_ROWS: Final = 200_000
_PART_ROWS: Final = 150_000


@dataclass(frozen=True)
class RatesWritten:
    """What was written. anomalies: rows by type; incident_counts: incidents by type."""

    events: Path
    labels: Path
    incidents: Path
    rows: int
    days: int
    anomalies: dict[str, int]
    incident_counts: dict[str, int]


def generate_rates(
    *,
    rows: int,
    seed: int,
    out: Path,
    progress: Callable[[int], None] | None = None,
    chunk_rows: int = CHUNK_ROWS,
) -> RatesWritten:
    """Write a processor's payment attempts from Monday, 2 June 2025 on, and what went wrong.

    rows: exactly so many, over a week at least: some 14,000 a day and 20 a minute when it is
    busiest, nearly none at night; beyond four weeks of that the minutes get busier. The same rows
    and seed give the same bytes, whatever `chunk_rows`, the rows put into a file at once.
    `progress` is told the rows written so far. In memory are 150,000 rows or so.

    events.csv, sorted by timestamp: event_id, timestamp (to the millisecond, one clock for all),
    status (approved, denied, failed, reversed, backend_reversed, refunded, timeout, chargeback),
    channel, product, acquirer, card_type, amount, currency, auth_code (of ISO 8583), duration_ms.
    incidents.csv: incident_id, type (one of KINDS), started_at, ended_at (exclusive), condition
    (such as `acquirer=A2 & card_type=debit`), metric (a status, `volume` or `latency_p95`),
    severity_hint (none, info, warning, critical or severe, by duration alone). Nothing happens in
    the first three days; no two incidents overlap. labels.parquet: row (data rows from 1),
    is_anomaly, anomaly_type, for the rows that an incident changed or added: a VOLUME_DROP leaves
    none to label, it is in incidents.csv only. Campaigns and noisy nights are ordinary.

    Raises InputError for fewer than 1,000 rows, a negative seed, or a folder that can't be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = generate_rates(rows=2_000, seed=1, out=Path(folder))
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['events.csv', 'incidents.csv', 'labels.parquet']
    >>> written.rows, written.days, sum(written.incident_counts.values())
    (2000, 7, 10)
    """
    if rows < ROWS_MIN:
        raise InputError(f"rows is {rows}; a week of events needs at least {ROWS_MIN:,}")
    if seed < 0:
        raise InputError(f"seed is {seed}; expected 0 or more")
    world = draw_world(rows=rows, seed=seed)
    anomalies: Counter[int] = Counter()
    with LabelledWriter(out, "events.csv", KINDS) as writer:
        for piece in _pieces(_in_order(world, rows, seed), chunk_rows):
            writer.append(event_table(piece, first_number=writer.rows + 1), piece.kind)
            anomalies.update(piece.kind.tolist())
            if progress is not None:
                progress(writer.rows)
        incidents = writer.put_beside("incidents.csv", incidents_csv(world.incidents))
    counted = Counter(incident.kind for incident in world.incidents)
    return RatesWritten(
        events=writer.table,
        labels=writer.labels,
        incidents=incidents,
        rows=writer.rows,
        days=world.minutes // DAY_MINUTES,
        anomalies={kind: anomalies[code] for code, kind in enumerate(KINDS, start=1)},
        incident_counts={kind: counted[kind] for kind in KINDS},
    )


def _pieces(parts: Iterator[Events], chunk_rows: int) -> Iterator[Events]:
    for events in parts:
        for first in range(0, len(events), chunk_rows):
            yield events.take(slice(first, first + chunk_rows))


def _in_order(world: World, rows: int, seed: int) -> Iterator[Events]:
    """Events by time. Parts depend on the rows alone, so that memory and bytes do too."""
    counts = _counts_by_minute(world, rows, seed)
    part_minutes = int(np.clip(world.minutes * _PART_ROWS // rows, 1, DAY_MINUTES))
    for part, first in enumerate(range(0, world.minutes, part_minutes)):
        minute = np.arange(first, min(first + part_minutes, world.minutes))
        generator = np.random.default_rng([seed, 2, part])
        yield draw_events(world, minute, counts[minute], generator)


def _counts_by_minute(world: World, rows: int, seed: int) -> Ints:
    """How many events each minute has: as chance has it, but so many in all."""
    days = np.arange(world.minutes).reshape(-1, DAY_MINUTES)
    expected = np.concatenate([world.expected(minute).sum(axis=1) for minute in days])
    generator = np.random.default_rng([seed, 1])
    counts: Ints = generator.multinomial(rows, expected / expected.sum())
    return counts
