"""What holds for every residue."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieout.reconcile.evidence import explain_residue
from tieout.reconcile.records import BREAK_SCHEMA, RECORD_SCHEMA, Residue
from tieout.reconcile.spec import EvidenceSpec

_QUICK = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_ROW = st.fixed_dictionaries(
    {
        "key": st.sampled_from(["", "INV12", "INV21", "INV13", "CRD99"]),
        "amount": st.sampled_from(
            [0, 100, -100, 1_000, 9_999, 10_000, 10_001, 9_710, 4_400, 5_600]
        ),
        "currency": st.sampled_from(["EUR", "EUR", "USD", "JPY"]),
        "date": st.sampled_from([None, 19_787, 19_788, 19_789, 19_810, 19_815]),
        "comment": st.sampled_from(["", "return INV12 AC04", "bank fee", "storno"]),
        "party": st.sampled_from(["", "ACME", "Zenith"]),
    }
)
_SIDE = st.lists(_ROW, max_size=9)
_MIRRORED = {"missing_left": "missing_right", "missing_right": "missing_left"}


def _frame(rows: list[dict[str, Any]], numbers: list[int] | None = None) -> pl.DataFrame:
    numbers = numbers or list(range(1, len(rows) + 1))
    filled = [
        {**dict.fromkeys(RECORD_SCHEMA), **row, "row": number, "key_text": row["key"]}
        for number, row in zip(numbers, rows, strict=True)
    ]
    frame = pl.DataFrame(filled, schema=RECORD_SCHEMA)
    texts = [name for name, kind in RECORD_SCHEMA.items() if kind == pl.String]
    return frame.with_columns(pl.col(texts).fill_null(""))


def _residue(
    empty: Residue, left: pl.DataFrame, right: pl.DataFrame, kin: pl.DataFrame | None = None
) -> Residue:
    names = empty.kin_left.columns
    kin = empty.kin_left if kin is None else kin.select(names)
    return Residue(
        **{**vars(empty), "left": left, "right": right, "kin_left": kin, "kin_right": kin}
    )


def _facts(breaks: pl.DataFrame, *, turned: bool = False) -> Counter[Any]:
    first, second = ("right", "left") if turned else ("left", "right")
    return Counter(
        (
            tuple(row[f"{first}_rows"]),
            tuple(row[f"{second}_rows"]),
            _MIRRORED.get(row["bucket"], row["bucket"]) if turned else row["bucket"],
            row["bucket_confidence"],
            row["difference"] * (-1 if turned else 1),
        )
        for row in breaks.iter_rows(named=True)
    )


def _values(breaks: pl.DataFrame, left: pl.DataFrame, right: pl.DataFrame) -> Counter[Any]:
    """Breaks by what their rows hold, without row numbers."""
    held = {
        side: {row["row"]: tuple(map(str, list(row.values())[1:])) for row in frame.to_dicts()}
        for side, frame in (("left", left), ("right", right))
    }
    return Counter(
        (
            tuple(sorted(held["left"][number] for number in row["left_rows"])),
            tuple(sorted(held["right"][number] for number in row["right_rows"])),
            row["bucket"],
            row["bucket_confidence"],
        )
        for row in breaks.iter_rows(named=True)
    )


@_QUICK
@given(left=_SIDE, right=_SIDE, kin=st.lists(_ROW, max_size=4))
def test_every_row_is_in_exactly_one_break(
    residue: Callable[..., Residue],
    left: list[dict[str, Any]],
    right: list[dict[str, Any]],
    kin: list[dict[str, Any]],
) -> None:
    matched = _frame(kin, list(range(101, 101 + len(kin))))

    found = explain_residue(
        _residue(residue("side"), _frame(left), _frame(right), matched), EvidenceSpec()
    )

    assert dict(found.schema) == {
        name: pl.DataFrame(schema={name: kind}).schema[name] for name, kind in BREAK_SCHEMA.items()
    }
    assert sorted(found["left_rows"].explode().drop_nulls()) == list(range(1, len(left) + 1))
    assert sorted(found["right_rows"].explode().drop_nulls()) == list(range(1, len(right) + 1))
    assert found["bucket_confidence"].is_between(0, 1).all()
    assert found["evidence"].null_count() == found["candidates"].null_count() == 0
    assert found["difference"].sum() == sum(row["amount"] for row in left) - sum(
        row["amount"] for row in right
    )


@_QUICK
@given(left=_SIDE, right=_SIDE, kin=st.lists(_ROW, max_size=4))
def test_the_other_way_round_it_finds_the_same(
    residue: Callable[..., Residue],
    left: list[dict[str, Any]],
    right: list[dict[str, Any]],
    kin: list[dict[str, Any]],
) -> None:
    matched = _frame(kin, list(range(101, 101 + len(kin))))
    empty, one, two = residue("side"), _frame(left), _frame(right)

    straight = explain_residue(_residue(empty, one, two, matched), EvidenceSpec())
    turned = explain_residue(_residue(empty, two, one, matched), EvidenceSpec())

    assert _facts(straight) == _facts(turned, turned=True)


@_QUICK
@given(left=_SIDE, right=_SIDE, seed=st.integers(min_value=0, max_value=99))
def test_the_order_of_the_frames_changes_nothing(
    residue: Callable[..., Residue],
    left: list[dict[str, Any]],
    right: list[dict[str, Any]],
    seed: int,
) -> None:
    empty, one, two = residue("side"), _frame(left), _frame(right)

    straight = explain_residue(_residue(empty, one, two), EvidenceSpec())
    mixed = explain_residue(
        _residue(
            empty,
            one.sample(fraction=1, shuffle=True, seed=seed),
            two.sample(fraction=1, shuffle=True, seed=seed),
        ),
        EvidenceSpec(),
    )

    assert straight.equals(mixed)


@_QUICK
@given(left=_SIDE, right=_SIDE, seed=st.integers(min_value=0, max_value=99))
def test_the_order_of_the_lines_in_a_file_changes_nothing(
    residue: Callable[..., Residue],
    left: list[dict[str, Any]],
    right: list[dict[str, Any]],
    seed: int,
) -> None:
    generator = np.random.default_rng(seed)
    sides = [_frame(left), _frame(right)]
    mixed = [
        side.with_columns(row=pl.Series(generator.permutation(side.height) + 1, dtype=pl.Int64))
        for side in sides
    ]
    empty = residue("side")

    first = explain_residue(_residue(empty, *sides), EvidenceSpec())
    second = explain_residue(_residue(empty, *mixed), EvidenceSpec())

    assert _values(first, *sides) == _values(second, *mixed)


def test_no_residue_has_no_breaks(residue: Callable[..., Residue]) -> None:
    found = explain_residue(residue("side"), EvidenceSpec())

    assert found.is_empty()
    assert found.columns == list(BREAK_SCHEMA)
