"""Two files that should tie out, what is wrong with them, and the answer sheet."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from tieout.model.errors import InputError
from tieout.practice.breaks.arrays import Ints
from tieout.practice.breaks.files import SetWriter
from tieout.practice.breaks.items import Draw
from tieout.practice.breaks.numbers import Typist, number_at
from tieout.practice.breaks.plan import KINDS, draw_plan
from tieout.practice.breaks.rows import CAUSE_NAMES, NO_ROW, Block, Rows, join_blocks
from tieout.practice.breaks.tables import left_table, right_table
from tieout.practice.breaks.world import World, draw_world

ROWS_MIN = 100
CHUNK_ROWS = 250_000


@dataclass(frozen=True)
class BreaksWritten:
    """What was written. `causes` counts label rows, `clean` ones included."""

    left: Path
    right: Path
    labels: Path
    left_rows: int
    right_rows: int
    causes: dict[str, int]


def generate_breaks(
    *,
    rows: int,
    seed: int,
    out: Path,
    adversarial: bool = True,
    progress: Callable[[int], None] | None = None,
    chunk_rows: int = CHUNK_ROWS,
) -> BreaksWritten:
    """Write a bank's and a ledger's file with known breaks, and labels for every row.

    rows: left rows, kept within a few percent; a year of business days from 5,220 rows on,
    fewer days for fewer rows. The same rows, seed, `adversarial` and `chunk_rows` give the same
    bytes. `progress` is told the left rows written so far. One chunk of whole days is in memory
    at a time.

    left.csv: Booking Date, Reference, Narrative, Counterparty, Amount, Currency, Account,
    Original Amount, Original Currency. right.csv: posted_on, doc_no, description, party, debit,
    credit, ccy, gl_account, fc_amount, fc_currency. labels.parquet: left_row, right_row (data
    rows from 1, null on a side that has none), cause (`clean` or a bucket).

    Raises InputError for fewer than 100 rows or a negative seed.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = generate_breaks(rows=2_000, seed=1, out=Path(folder))
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['labels.parquet', 'left.csv', 'right.csv']
    >>> len(written.causes), min(written.causes.values()) >= 15
    (17, True)
    """
    if rows < ROWS_MIN:
        raise InputError(f"rows is {rows}; at least {ROWS_MIN} are needed to show every break")
    if seed < 0:
        raise InputError(f"seed is {seed}; expected 0 or more")
    world = draw_world(rows=rows, seed=seed)
    left_rows = right_rows = 0
    causes: Counter[str] = Counter()
    with SetWriter(out) as writer:
        for chunk in _chunks(world, rows, seed, adversarial=adversarial, chunk_rows=chunk_rows):
            block, generator = chunk
            left, left_place = _in_file_order(block.left)
            right, right_place = _in_file_order(block.right)
            labels = _label_table(block, left_place + left_rows, right_place + right_rows)
            writer.append(
                left_table(left, world, generator), right_table(right, world, generator), labels
            )
            left_rows += len(left)
            right_rows += len(right)
            causes.update(dict(labels["cause"].value_counts().iter_rows()))
            if progress is not None:
                progress(left_rows)
    return BreaksWritten(
        left=writer.left,
        right=writer.right,
        labels=writer.labels,
        left_rows=left_rows,
        right_rows=right_rows,
        causes={name: causes[name] for name in CAUSE_NAMES},
    )


def _chunks(
    world: World, rows: int, seed: int, *, adversarial: bool, chunk_rows: int
) -> Iterator[tuple[Block, np.random.Generator]]:
    plan = draw_plan(
        world, rows=rows, adversarial=adversarial, generator=np.random.default_rng([seed, 1])
    )
    typist = Typist(world.first_number)
    numbers_used = 0
    for index, days in enumerate(plan.chunks(chunk_rows)):
        generator = np.random.default_rng([seed, 2, index])
        calendar = world.period.calendar[days]
        events = [np.repeat(calendar, counts) for counts in plan.counts[:, days]]
        numbers = _numbers(events, numbers_used, world, generator)
        numbers_used += sum(part.size for part in numbers)
        draw = Draw(world, generator, typist)
        blocks = [
            kind.build(draw, kind_days, kind_numbers)
            for kind, kind_days, kind_numbers in zip(KINDS, events, numbers, strict=True)
            if len(kind_days)
        ]
        if blocks:
            yield join_blocks(blocks), generator


def _numbers(
    events: list[Ints], used: int, world: World, generator: np.random.Generator
) -> list[Ints]:
    """Reference numbers for the items of each kind (items x references), rising by day.

    Second references of an item stand directly behind its first one.
    """
    keys = []
    for kind, days in zip(KINDS, events, strict=True):
        key = days + generator.random(len(days))
        keys.append((key[:, None] + np.arange(kind.references) * 1e-9).ravel())
    flat = np.concatenate(keys)
    place = np.empty(len(flat), dtype=np.int64)
    place[np.argsort(flat, kind="stable")] = np.arange(len(flat))
    number = number_at(used + place, world.first_number)
    ends = np.cumsum([len(key) for key in keys])[:-1]
    return [
        part.reshape(-1, kind.references)
        for kind, part in zip(KINDS, np.split(number, ends), strict=True)
    ]


def _in_file_order(rows: Rows) -> tuple[Rows, Ints]:
    """Rows sorted as the file has them, and the row number (from 1) of each as it was."""
    order = np.argsort(rows.order, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(1, len(order) + 1)
    return rows.take(order), place


def _label_table(block: Block, left_place: Ints, right_place: Ints) -> pl.DataFrame:
    labels = block.labels
    table = pl.DataFrame(
        {
            "left_row": _rows_or_null(labels.left, left_place),
            "right_row": _rows_or_null(labels.right, right_place),
            "cause": pl.Series(CAUSE_NAMES).gather(labels.cause),
        }
    )
    return table.sort("left_row", "right_row", nulls_last=True)


def _rows_or_null(position: Ints, place: Ints) -> pl.Series:
    known = pl.Series(position != NO_ROW)
    index = pl.select(pl.when(known).then(pl.Series(position))).to_series()
    return pl.Series(place, dtype=pl.Int64).gather(index)
