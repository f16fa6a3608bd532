"""A residue of two hundred thousand rows a side."""

from collections.abc import Callable

import numpy as np
import polars as pl

from tieout.reconcile.evidence import explain_residue
from tieout.reconcile.records import RECORD_SCHEMA, Residue
from tieout.reconcile.spec import EvidenceSpec

_ROWS = 200_000


def _side(keys: np.ndarray, amount: np.ndarray, day: np.ndarray) -> pl.DataFrame:
    rows = pl.DataFrame({"key": [f"INV-{key:08}" for key in keys], "amount": amount, "date": day})
    rows = rows.with_row_index("row", offset=1).with_columns(key_text="key", currency=pl.lit("EUR"))
    absent = {name: pl.lit(None) for name in RECORD_SCHEMA if name not in rows.columns}
    typed = rows.with_columns(**absent).select(
        pl.col(name).cast(kind) for name, kind in RECORD_SCHEMA.items()
    )
    return typed.with_columns(pl.col(pl.String).fill_null(""))


def test_it_explains_many_rows_and_loses_none(residue: Callable[..., Residue]) -> None:
    generator = np.random.default_rng(1)
    keys = generator.permutation(4 * _ROWS)[: 2 * _ROWS]
    amount = np.exp(generator.normal(9, 1.3, 2 * _ROWS)).astype(np.int64) + 10_000
    day = generator.integers(19_700, 19_900, 2 * _ROWS)
    shared = _ROWS * 3 // 4
    right = np.r_[0:shared, _ROWS : 2 * _ROWS - shared]
    kind = generator.integers(0, 4, _ROWS)
    kind[shared:] = 9
    other = amount[right].copy()
    other = np.where(kind == 0, other - 30 - (other * 290 + 5_000) // 10_000, other)
    other = np.where(kind == 1, -other, other)
    other = np.where(kind == 2, other + 1, other)
    later = np.where(kind == 3, day[right] + 1, day[right])
    given = residue("side")
    given = Residue(
        **{
            **vars(given),
            "left": _side(keys[:_ROWS], amount[:_ROWS], day[:_ROWS]),
            "right": _side(keys[right], other, later),
        }
    )

    found = explain_residue(given, EvidenceSpec())

    counts = dict(found["bucket"].value_counts().iter_rows())
    assert found["left_rows"].list.len().sum() == found["right_rows"].list.len().sum() == _ROWS
    assert counts["fee_or_tax"] >= (kind == 0).sum() * 0.99
    assert counts["sign_flip"] == (kind == 1).sum()
    assert counts["rounding"] == (kind == 2).sum()
    assert counts["timing"] + counts["cut_off"] >= (kind == 3).sum()
    assert counts["missing_left"] >= (_ROWS - shared) * 0.98
