"""What holds however records are spread over days."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
from carrying_days import days_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieout.pipeline.reconcile import ReconcileResult

Row = tuple[str, int, int]
FEW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
# Keys of their own, so that a pair is clean: nothing else may take its place.
PAIRS = st.lists(st.sampled_from([100, 250, 999]), min_size=1, max_size=6).map(
    lambda amounts: [(f"K{number}", amount, 2) for number, amount in enumerate(amounts)]
)
ROWS = st.lists(
    st.tuples(st.sampled_from(["K0", "S1", "S2", "S2"]), st.sampled_from([100, 700]), st.just(2)),
    max_size=4,
)


def words(rows: list[Row]) -> str:
    """Rows as `days_in` takes them; no day is without a row, and Z pairs with nothing else."""
    return "\n".join(f"{key} {amount / 100:.2f} {day}" for key, amount, day in rows)


def pairs_of(
    results: list[ReconcileResult], rows: list[tuple[list[Row], list[Row]]]
) -> Counter[tuple[Row, Row]]:
    """What tied out one to one over some days, by what both records say."""
    found: Counter[tuple[Row, Row]] = Counter()
    for result, files in zip(results, rows, strict=True):
        carried = pl.read_parquet(result.out / "carried.parquet")
        named = {
            (side, row): (key, int(amount * 100), day.day)
            for side, row, key, amount, day in carried.filter(pl.col("row").is_not_null())
            .select("side", "row", "key", "amount", "date")
            .iter_rows()
        }
        for side, own in zip(("left", "right"), files, strict=True):
            named |= {(side, number): row for number, row in enumerate(own, start=1)}
        matches = pl.read_parquet(result.out / "matches.parquet")
        for left, right in matches.select("left_rows", "right_rows").iter_rows():
            if len(left) == len(right) == 1:
                found[named["left", left[0]], named["right", right[0]]] += 1
    return found


def open_rows(result: ReconcileResult, side: str) -> Counter[Row]:
    """What a run leaves open on a side."""
    items = pl.read_parquet(result.out / "open_items.parquet").filter(pl.col("side") == side)
    return Counter(
        (key, amount, date.day)
        for key, amount, date in items.select(
            "record_key_0", "record_amount", pl.col("record_date").cast(pl.Date)
        ).iter_rows()
    )


@settings(FEW, max_examples=5)
@given(pairs=PAIRS, late=st.lists(st.booleans(), min_size=12, max_size=12))
def test_pairs_spread_over_two_days_tie_out_as_they_do_on_one(
    pairs: list[Row], late: list[bool]
) -> None:
    with tempfile.TemporaryDirectory() as whole, tempfile.TemporaryDirectory() as split:
        once = days_in(Path(whole))(1, words(pairs), words(pairs))
        sides = [
            [
                [pair for at, pair in enumerate(pairs) if late[at + start] is on]
                for on in (False, True)
            ]
            for start in (0, 6)
        ]
        days = [
            (sides[0][at] + [("L", 10 + at, 3)], sides[1][at] + [("R", 30 + at, 3)])
            for at in (0, 1)
        ]
        day = days_in(Path(split))
        results = [day(at, *map(words, files)) for at, files in enumerate(days, start=1)]
        assert pairs_of([once], [(pairs, pairs)]) == pairs_of(results, days)
        assert pairs_of(results, days) == Counter({(pair, pair): 1 for pair in pairs})


@settings(FEW, max_examples=6)
@given(
    left=ROWS, right=ROWS, more_left=ROWS, more_right=ROWS, order=st.randoms(use_true_random=False)
)
def test_nothing_is_lost_or_doubled_and_neither_order_nor_side_matters(
    left: list[Row], right: list[Row], more_left: list[Row], more_right: list[Row], order: Any
) -> None:
    first = ([*left, ("L", 10, 3)], [*right, ("R", 30, 3)])
    # Later records have a day of their own, so that none of them is one of the first day.
    later = [[(key, amount, 4) for key, amount, _ in rows] for rows in (more_left, more_right)]
    second = (later[0] + [("L", 11, 5)], later[1] + [("R", 31, 5)])
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        results = [
            days_in(Path(one))(at, *map(words, f)) for at, f in enumerate((first, second), 1)
        ]
        for result in results:
            assert all(each.holds for each in result.manifest.conservation.values())
        ends = results[1]
        matched: dict[str, Counter[Row]] = {}
        for at, side in enumerate(("left", "right")):
            account = ends.manifest.counts["carried"][side]
            before = sum(open_rows(results[0], side).values())
            assert account["offered"] == before == account["matched"] + account["in_breaks"]
            gone = [each.manifest.counts["matched"][f"rows_{side}"] for each in results]
            rows = Counter(first[at]) + Counter(second[at])
            still = open_rows(ends, side)
            assert sum(rows.values()) == sum(gone) + sum(still.values())
            assert not still - rows
            matched[side] = rows - still
        mixed = [
            tuple(order.sample(rows, len(rows)) for rows in (f[1], f[0])) for f in (first, second)
        ]
        swapped = [days_in(Path(other))(at, *map(words, f)) for at, f in enumerate(mixed, 1)]
        assert open_rows(swapped[1], "left") == open_rows(ends, "right")
        assert open_rows(swapped[1], "right") == open_rows(ends, "left")
