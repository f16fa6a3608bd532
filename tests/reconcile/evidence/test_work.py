"""The rows that still need a reason, and the breaks made of them."""

from collections.abc import Callable

import polars as pl
import pytest

from tieout.model.errors import ConservationError, InputError
from tieout.reconcile.evidence import explain_residue
from tieout.reconcile.evidence.assemble import assemble
from tieout.reconcile.evidence.compare import pairs_of, sums_of, units_of
from tieout.reconcile.evidence.work import Work
from tieout.reconcile.records import BREAK_SCHEMA, Residue
from tieout.reconcile.spec import EvidenceSpec

_TABLE = """
    side   key  key_text  amount  date        currency
    left   B1   b-1       200.00  2024-03-05  EUR
    left   A1   a-1       100.00  2024-03-07  EUR
    left   A1   a-1       50.00   2024-03-06  EUR
    right  A1   A.1       150.00  2024-03-08  USD
"""


@pytest.fixture
def work(residue: Callable[..., Residue]) -> Work:
    return Work.begin(residue(_TABLE), EvidenceSpec(), ())


def test_rows_stand_in_the_order_of_their_values(work: Work) -> None:
    assert work.rows["left"]["row"].to_list() == [3, 2, 1]
    assert work.rows["left"]["index"].to_list() == [0, 1, 2]
    assert work.rows["left"]["amount_text"].to_list() == ["50.00", "100.00", "200.00"]


def test_what_is_in_a_break_is_no_longer_free(work: Work) -> None:
    found = pl.DataFrame(
        {"index": [1], "bucket": ["timing"], "confidence": [0.9], "evidence": ["because"]}
    )

    work.add_singles("left", found)

    assert work.rest("left")["index"].to_list() == [0, 2]
    assert work.rest("right")["index"].to_list() == [0]


def test_a_break_sums_its_rows(work: Work) -> None:
    reason = {"bucket": ["unknown"], "confidence": [0.5], "evidence": ["because"]}
    work.add_groups(pl.DataFrame({"left": [[1, 0]], "right": [[0]], **reason}))
    work.add_singles("left", pl.DataFrame({"index": [2], **reason}))

    alone, both = assemble(work).to_dicts()

    assert (both["left_rows"], both["right_rows"], both["side"]) == ([2, 3], [1], "both")
    assert (both["amount_left"], both["amount_right"], both["difference"]) == (15_000, 15_000, 0)
    assert (both["key"], both["currency"]) == ("a-1", "EUR")
    assert both["date_right"] - both["date_left"] == 2
    assert (alone["left_rows"], alone["amount_right"], alone["date_right"]) == ([1], None, None)


def test_the_answer_has_the_schema_of_breaks(work: Work) -> None:
    reason = {"bucket": ["unknown"], "confidence": [0.5], "evidence": ["because"]}
    work.add_groups(pl.DataFrame({"left": [[0, 1, 2]], "right": [[0]], **reason}))

    found = assemble(work)

    assert found.columns == list(BREAK_SCHEMA)
    assert found.schema["left_rows"] == pl.List(pl.Int64)
    assert found.schema["date_left"] == pl.Int32


def test_a_lost_row_is_never_passed_over(work: Work) -> None:
    reason = {"bucket": ["unknown"], "confidence": [0.5], "evidence": ["because"]}
    work.add_singles("left", pl.DataFrame({"index": [2], **reason}))

    with pytest.raises(ConservationError, match="2 unmatched left rows are in no break"):
        assemble(work)


def test_a_row_in_two_breaks_is_never_passed_over(work: Work) -> None:
    reason = {"bucket": ["unknown"], "confidence": [0.5], "evidence": ["because"]}
    work.add_groups(pl.DataFrame({"left": [[0, 1, 2]], "right": [[0]], **reason}))
    work.add_singles("left", pl.DataFrame({"index": [2], **reason}))

    with pytest.raises(ConservationError, match="1 in several"):
        assemble(work)


def test_pairs_have_the_columns_of_both_sides(work: Work) -> None:
    index = work.rows["left"]["index"].to_numpy()

    pairs = pairs_of(work, index[[2]], index[[0]])

    assert pairs["shown_left"].to_list() == ["left 200.00"]
    assert pairs["shown_right"].to_list() == ["right 150.00"]
    assert pairs["lines_left"].to_list() == [1]
    assert units_of(pairs, 2).tolist() == [1]


def test_sums_have_the_same_columns(work: Work) -> None:
    sums = sums_of(work, pl.DataFrame({"left": [[0, 1]], "right": [[0]]}))

    assert sums["amount_left"].to_list() == [15_000]
    assert sums["shown_left"].to_list() == ["left 150.00 (sum of 2 rows)"]
    assert sums["shown_right"].to_list() == ["right 150.00"]
    assert sums["lines_left"].to_list() == [2]


def test_a_sum_has_an_original_only_if_each_row_has(residue: Callable[..., Residue]) -> None:
    table = """
        side   key  amount  date        original_amount  original_currency
        left   A1   100.00  2024-03-07  90.00            USD
        left   A1   50.00   2024-03-06  45.00            USD
        right  A1   149.00  2024-03-06  135.00           USD
        right  B1   10.00   2024-03-06  -                -
    """
    run = Work.begin(residue(table), EvidenceSpec(), ())

    sums = sums_of(run, pl.DataFrame({"left": [[0, 1]], "right": [[0, 1]]}))

    assert sums["original_amount_left"].to_list() == [13_500]
    assert sums["original_amount_right"].to_list() == [None]


def test_criteria_are_those_named_or_all(residue: Callable[..., Residue]) -> None:
    given = residue("""
        side   key  amount  date        criteria_desk  criteria_product
        left   A1   100.00  2024-03-07  X              P
        right  A1   100.00  2024-03-07  Y              Q
    """)

    assert Work.begin(given, EvidenceSpec(), ()).criteria == ("desk", "product")
    assert Work.begin(given, EvidenceSpec(), ["desk", "colour"]).criteria == ("desk",)
    (found,) = explain_residue(given, EvidenceSpec(), criteria=["desk"]).to_dicts()
    assert "desk differs" in found["evidence"]
    assert "product" not in found["evidence"]


def test_an_unknown_calendar_is_bad_usage(residue: Callable[..., Residue]) -> None:
    with pytest.raises(InputError, match="calendar 'ATLANTIS' is not known"):
        explain_residue(residue(_TABLE), EvidenceSpec(calendar="ATLANTIS"))


def test_the_last_day_is_that_of_either_side(residue: Callable[..., Residue]) -> None:
    given = residue(_TABLE, days="left 2024-05-01 3\nright 2024-06-03 2")

    run = Work.begin(given, EvidenceSpec(), ())

    assert run.day_last() == 19_877
