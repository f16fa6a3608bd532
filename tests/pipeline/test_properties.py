"""What holds for every reconciliation, tried on small random ones."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieout.pipeline.reconcile import ReconcileJob, ReconcileResult, reconcile

Row = tuple[str, int, str, int]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A1", "A1", "B-2", "b2", "C33", "C34", ""]),
        st.sampled_from([100, 100, 101, 199, 200, 300, -100, 1000, 1030]),
        st.sampled_from(["EUR", "EUR", "EUR", "USD"]),
        st.integers(1, 6),
    ),
    max_size=10,
)
SPEC: dict[str, Any] = {
    "reconciliation": "one_vs_other",
    "normalise": {"key": ["upper", "punctuation"]},
    "passes": [
        {"exact": {}},
        {"tolerance": {"amount": {"absolute": "0.01"}, "days": {"before": 1, "after": 1}}},
        {"group": {"shapes": ["one_to_many", "many_to_one", "many_to_many"]}},
    ],
}
SIDE = {"key": ["ref"], "amount": "amount", "currency": "ccy", "date": "booked"}
FEW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@dataclass(frozen=True)
class Outcome:
    """What a run found, read back from its folder."""

    matches: pl.DataFrame
    breaks: pl.DataFrame
    content: dict[str, bytes]
    result: ReconcileResult


def outcome_of(left: Sequence[Row], right: Sequence[Row]) -> Outcome:
    """Write both sides, reconcile them and read the run back."""
    folder = Path(tempfile.mkdtemp())
    try:
        for name, rows in (("left", left), ("right", right)):
            lines = [f"{k},{a / 100:.2f},{c},2024-03-{d:02d}\n" for k, a, c, d in rows]
            text = "ref,amount,ccy,booked\n" + "".join(lines)
            (folder / f"{name}.csv").write_text(text)
        spec = {**SPEC, **{side: {"name": side, **SIDE} for side in ("left", "right")}}
        (folder / "spec.yaml").write_text(yaml.safe_dump(spec))
        job = ReconcileJob(
            left=str(folder / "left.csv"),
            right=str(folder / "right.csv"),
            spec=folder / "spec.yaml",
            out=folder / "out",
        )
        result = reconcile(job)
        names = ("matches.parquet", "breaks.parquet")
        return Outcome(
            pl.read_parquet(result.out / names[0]),
            pl.read_parquet(result.out / names[1]),
            {name: (result.out / name).read_bytes() for name in names},
            result,
        )
    finally:
        shutil.rmtree(folder)


def sides() -> Any:
    """Two sides with at least a row each, the right one often much like the left one."""

    def alike(parts: tuple[list[Row], list[Row], int]) -> tuple[list[Row], list[Row]]:
        left, others, kept = parts
        return left, left[:kept] + others

    one = ROWS.filter(bool)
    return st.tuples(one, one, st.integers(0, 8)).map(alike)


def matched(found: Outcome, rows: Sequence[Row], side: str) -> Counter[Row]:
    """The rows of a side that tie out, by what they say."""
    numbers = found.matches[f"{side}_rows"].explode().drop_nulls()
    return Counter(rows[number - 1] for number in numbers)


@settings(FEW, max_examples=8)
@given(both=sides())
def test_every_row_is_in_one_place_and_every_difference_is_the_rows_own(
    both: tuple[list[Row], list[Row]],
) -> None:
    found = outcome_of(*both)
    left, right = both
    for side, rows in zip(("left", "right"), both, strict=True):
        column = f"{side}_rows"
        places = pl.concat(
            [frame[column].explode().drop_nulls() for frame in (found.matches, found.breaks)]
        )
        assert places.sort().to_list() == list(range(1, len(rows) + 1))
        assert found.result.manifest.conservation[side].holds
    for frame in (found.matches, found.breaks):
        for row in frame.iter_rows(named=True):
            total = sum(left[n - 1][1] for n in row["left_rows"])
            counter = sum(right[n - 1][1] for n in row["right_rows"])
            assert row["difference"] * 100 == total - counter
    assert all(abs(each) * 100 <= 1 for each in found.matches["difference"])
    assert found.breaks["break_id"].n_unique() == found.breaks.height


MIRRORED = {"missing_left": "missing_right", "missing_right": "missing_left"}
SIDES = {"left": "right", "right": "left", "both": "both"}


@settings(FEW, max_examples=4)
@given(both=sides(), order=st.randoms(use_true_random=False))
def test_neither_repeating_nor_swapping_sides_nor_the_order_of_rows_changes_what_is_found(
    both: tuple[list[Row], list[Row]], order: Any
) -> None:
    straight = outcome_of(*both)
    assert_same_bytes(straight, outcome_of(*both))
    assert_mirrored(straight, outcome_of(both[1], both[0]), both)
    mixed = order.sample(both[0], len(both[0])), order.sample(both[1], len(both[1]))
    assert_same_findings(straight, outcome_of(*mixed), both, mixed)


def assert_same_bytes(one: Outcome, other: Outcome) -> None:
    """The files are the same, break identities among them."""
    assert one.content == other.content


def assert_mirrored(straight: Outcome, swapped: Outcome, both: tuple[list[Row], list[Row]]) -> None:
    """The same breaks and matches, seen from the other side."""
    left, right = both
    columns = ("side", "bucket", "amount_left", "amount_right", "date_left", "date_right")
    mirrored = [
        (SIDES[side], MIRRORED.get(bucket, bucket), b, a, second, first)
        for side, bucket, a, b, first, second in swapped.breaks.select(columns).iter_rows()
    ]
    assert Counter(mirrored) == Counter(straight.breaks.select(columns).iter_rows())
    assert matched(straight, left, "left") == matched(swapped, left, "right")
    assert matched(straight, right, "right") == matched(swapped, right, "left")


def assert_same_findings(
    straight: Outcome,
    shuffled: Outcome,
    both: tuple[list[Row], list[Row]],
    mixed: tuple[list[Row], list[Row]],
) -> None:
    """The same breaks by identity, and the same rows tied out by what they say."""
    told = ("break_id", "bucket", "difference", "age_days")
    assert set(straight.breaks.select(told).iter_rows()) == set(
        shuffled.breaks.select(told).iter_rows()
    )
    for side, rows, others in zip(("left", "right"), both, mixed, strict=True):
        assert matched(straight, rows, side) == matched(shuffled, others, side)
