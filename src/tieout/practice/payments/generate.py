"""A year of card payments of people with habits, and what thieves and slips add to it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from tieout.model.errors import InputError
from tieout.practice.breaks.arrays import Ints
from tieout.practice.labelled import LabelledWriter
from tieout.practice.payments.companions import (
    draw_rounds,
    draw_second_ones,
    draw_subscription_rows,
)
from tieout.practice.payments.period import DAY_SECONDS
from tieout.practice.payments.plan import STORIES, Part, draw_plan
from tieout.practice.payments.rows import KINDS, Rows, join_rows
from tieout.practice.payments.stories.story import Plot, Story
from tieout.practice.payments.table import payment_table
from tieout.practice.payments.visits import draw_visits
from tieout.practice.payments.world import World, draw_world

ROWS_MIN: Final = 100
CHUNK_ROWS: Final = 200_000
_DEVICES_PER_PART: Final = 1 << 32


@dataclass(frozen=True)
class PaymentsWritten:
    """What was written. `anomalies` counts rows by type."""

    transactions: Path
    labels: Path
    rows: int
    anomalies: dict[str, int]


def generate_payments(
    *,
    rows: int,
    seed: int,
    out: Path,
    progress: Callable[[int], None] | None = None,
    chunk_rows: int = CHUNK_ROWS,
) -> PaymentsWritten:
    """Write the card payments of a bank's customers in 2025, and which of them are not theirs.

    rows: exactly so many, about 150 to a customer. The same rows and seed give the same bytes,
    whatever `chunk_rows`, the rows put into a file at once. `progress` is told the rows written
    so far. A part of the year is in memory at a time.

    transactions.csv, sorted by timestamp: transaction_id, timestamp (the bank's clock),
    customer_id, card_id, merchant_id, category, channel (pos, contactless, online, atm,
    recurring), amount (in the customer's currency), currency, country, city, latitude, longitude
    (of the shop, online of the device), device_id (online only). labels.parquet: row (data rows
    from 1), is_anomaly, anomaly_type (null or one of HIGH_AMOUNT, ODD_HOUR, DUPLICATE, BURST,
    IMPOSSIBLE_TRAVEL, NEW_COUNTRY): 1.75 % of the rows, at least one story of each type.

    Raises InputError for fewer than 100 rows, a negative seed, or a folder that can't be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = generate_payments(rows=2_000, seed=1, out=Path(folder))
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['labels.parquet', 'transactions.csv']
    >>> written.rows, min(written.anomalies.values()) >= 4
    (2000, True)
    """
    if rows < ROWS_MIN:
        raise InputError(f"rows is {rows}; at least {ROWS_MIN} are needed to show every anomaly")
    if seed < 0:
        raise InputError(f"seed is {seed}; expected 0 or more")
    world = draw_world(rows=rows, seed=seed)
    anomalies: Counter[int] = Counter()
    with LabelledWriter(out, "transactions.csv", KINDS) as writer:
        for piece in _pieces(_in_order(world, rows, seed), chunk_rows):
            table = payment_table(piece, world, first_number=writer.rows + 1)
            writer.append(table, piece.kind)
            anomalies.update(piece.kind.tolist())
            if progress is not None:
                progress(writer.rows)
    return PaymentsWritten(
        transactions=writer.table,
        labels=writer.labels,
        rows=writer.rows,
        anomalies={kind: anomalies[code] for code, kind in enumerate(KINDS, start=1)},
    )


def _pieces(parts: Iterator[Rows], chunk_rows: int) -> Iterator[Rows]:
    for rows in parts:
        for first in range(0, len(rows), chunk_rows):
            yield rows.take(slice(first, first + chunk_rows))


def _in_order(world: World, rows: int, seed: int) -> Iterator[Rows]:
    """Rows by time. What a part adds to later days is kept until their turn comes."""
    later: list[Rows] = []
    for part in draw_plan(world, rows=rows, seed=seed):
        together = join_rows([*later, *_rows_of(world, part, seed)])
        ends = (int(part.days[-1]) + 1) * DAY_SECONDS
        now = together.time < ends
        yield _by_time(together.take(now))
        later = [together.take(~now)]
    yield _by_time(join_rows(later))


def _rows_of(world: World, part: Part, seed: int) -> Iterator[Rows]:
    """Ordinary and planted rows, each from a source of chance that is the part's own."""
    generator = np.random.default_rng([seed, 2, part.index])
    visits = draw_visits(world, part.days, part.visits, generator)
    yield visits
    yield draw_subscription_rows(world, part.days, generator)
    yield draw_second_ones(world, visits, part.second_ones, generator)
    yield draw_rounds(world, visits, part.rounds, generator)
    first_device = world.devices + (part.index + 1) * _DEVICES_PER_PART
    for story, sizes in zip(STORIES, part.sizes, strict=True):
        if len(sizes):
            bases = visits.take(_bases(story, world, visits, len(sizes), generator))
            yield story.plant(Plot(world, generator, bases, sizes, first_device))
            first_device += len(sizes)


def _bases(
    story: Story, world: World, visits: Rows, count: int, generator: np.random.Generator
) -> Ints:
    """Payments on which a story builds, each used once while there are enough."""
    fitting = np.flatnonzero(story.fits(world, visits))
    if not len(fitting):
        fitting = np.arange(len(visits))
    return generator.choice(fitting, size=count, replace=count > len(fitting))


def _by_time(rows: Rows) -> Rows:
    return rows.take(np.argsort(rows.time, kind="stable"))
