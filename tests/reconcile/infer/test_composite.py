"""Keys of several columns."""

from collections.abc import Callable
from itertools import product

import polars as pl

from tieout.reconcile.infer import SampleSide
from tieout.reconcile.infer.composite import (
    Beside,
    Composite,
    composite_key,
    joined_text,
    partners,
)
from tieout.reconcile.infer.keys import key_pairs
from tieout.reconcile.infer.profile import profile
from tieout.reconcile.infer.samples import Samples

Side = Callable[..., SampleSide]
NOTHING = Beside((), (), ())


def composite(left: SampleSide, right: SampleSide, beside: Beside = NOTHING) -> Composite | None:
    """The composite key of two samples."""
    sides = profile(left), profile(right)
    return composite_key(*sides, key_pairs(*sides, Samples(*sides)), beside)


def names(found: Composite | None) -> list[tuple[str, str]]:
    """Its columns."""
    return [(pair.left.name, pair.right.name) for pair in found.pairs] if found else []


def grid(*columns: str) -> dict[str, list[str]]:
    """Every combination of the letters of each column."""
    rows = list(product(*columns))
    return {f"c{at}": [row[at] for row in rows] for at in range(len(columns))}


def test_the_fewest_columns_that_tell_rows_apart_are_taken(side: Side) -> None:
    rows = grid("abcdefgh", "pqrst")
    rows["company"] = [letter.upper() for letter in rows["c0"]]
    found = composite(side(**rows), side(**rows))
    assert found is not None
    assert len(found.pairs) == 2
    assert found.unique == 1.0
    assert (found.common, found.rows) == (40, 40)


def test_columns_are_paired_by_name_where_values_say_nothing(side: Side) -> None:
    rows = grid("abcd", "abcd")
    left = side(account=rows["c0"], unit=rows["c1"])
    right = side(Unit=rows["c1"], Account=rows["c0"])
    assert names(composite(left, right)) == [("account", "Account"), ("unit", "Unit")]


def test_a_date_beside_the_key_is_counted_in(side: Side) -> None:
    accounts = [f"acc{n % 10}" for n in range(100)]
    days = pl.Series([n // 10 for n in range(100)])
    left, right = side(account=accounts), side(account=accounts)
    assert composite(left, right) is None
    found = composite(left, right, NOTHING.and_also("date", days, days))
    assert names(found) == [("account", "account")]


def test_rows_that_no_columns_tell_apart_have_no_key(side: Side) -> None:
    flat = side(kind=["x", "y"] * 50, status=["ok", "ok", "no", "no"] * 25)
    assert composite(flat, flat) is None


def test_columns_that_narrow_down_without_telling_all_apart_are_a_weak_key(side: Side) -> None:
    cards = [f"card{n % 40}" for n in range(100)]
    shops = [f"shop {n % 30}" for n in range(100)]
    repeated = side(card=[*cards, *cards[:20]], shop=[*shops, *shops[:20]])
    found = composite(repeated, repeated)
    assert names(found) == [("card", "card"), ("shop", "shop")]
    assert found is not None
    assert 0.5 < found.unique < 0.95


def test_a_column_is_the_partner_of_one_other(side: Side) -> None:
    same = ["a", "b", "c"]
    sides = profile(side(x=same, y=same)), profile(side(y=same, x=same))
    found = partners(key_pairs(*sides, Samples(*sides)))
    assert sorted((pair.left.name, pair.right.name) for pair in found) == [("x", "x"), ("y", "y")]


def test_columns_join_into_one_text_that_is_null_where_all_are() -> None:
    first = pl.Series(["a", None, None, "a"])
    second = pl.Series([1, 2, None, None])
    joined = joined_text([first, second])
    assert joined.is_null().to_list() == [False, False, True, False]
    assert joined.drop_nulls().n_unique() == 3
