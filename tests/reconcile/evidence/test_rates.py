"""Exchange rates, given and seen."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tieout.model.errors import InputError
from tieout.reconcile.evidence.rates import RATE_ONE, infer_rates, load_rates
from tieout.reconcile.records import Residue

_EPOCH = date(1970, 1, 1).toordinal()


def _day(text: str) -> int:
    return date.fromisoformat(text).toordinal() - _EPOCH


def _tied(original: int, amount: int, day: int, **more: Any) -> dict[str, Any]:
    return {
        "currency": "USD",
        "amount_left": amount,
        "amount_right": amount,
        "date_left": day,
        "date_right": day,
        "original_amount_left": original,
        "original_currency_left": "EUR",
        **more,
    }


def test_a_table_gives_rates_by_date_and_pair(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(
        "date,currency,rate,quote\n2024-03-01,eur,1.0832,usd\n2024-03-05,EUR,1.09,USD\n"
    )

    (table,) = load_rates(path).tables("EUR", "USD")

    assert table.low[_day("2024-03-01")] == 10_832 * RATE_ONE // 10_000
    assert table.low == table.high


def test_the_last_rate_holds_over_the_weekend_but_not_for_long(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text("date,currency,rate,quote\n2024-03-01,EUR,2,USD\n2024-03-04,EUR,3,USD\n")

    (table,) = load_rates(path).tables("EUR", "USD")

    assert table.low[_day("2024-03-03")] == 2 * RATE_ONE
    assert table.low[_day("2024-03-08")] == 3 * RATE_ONE
    assert _day("2024-03-09") not in table.low


def test_a_pair_may_be_quoted_the_other_way(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text("date,currency,rate,quote\n2024-03-01,USD,0.5,EUR\n")

    (table,) = load_rates(path).tables("EUR", "USD")

    assert table.low[_day("2024-03-01")] == 2 * RATE_ONE


def test_without_a_quote_both_ways_are_possible(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text("date,currency,rate\n2024-03-01,EUR,2\n2024-03-01,GBP,4\n")
    day = _day("2024-03-01")

    book = load_rates(path)

    assert [table.low[day] / RATE_ONE for table in book.tables("EUR", "USD")] == [2, 0.5]
    assert [table.low[day] / RATE_ONE for table in book.tables("EUR", "GBP")] == [0.5, 2]
    assert book.tables("CHF", "SEK") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("day,currency,rate\n", "row 0: column 'date' is missing"),
        (
            "date,currency,rate\n2024-03-01,EUR,1.1\n01.03.2024,EUR,1.1\n",
            "row 2: date '01.03.2024'",
        ),
        ("date,currency,rate\n2024-03-01,EUR,\n", "row 1: rate '' is not a positive number"),
        ("date,currency,rate\n2024-03-01,EUR,-2\n", "row 1: rate '-2'"),
        ("date,currency,rate\n2024-03-01,EUR,NaN\n", "row 1: rate 'NaN'"),
        ("date,currency,rate\n2024-03-01,EUR\n", "row 1: rate ''"),
    ],
)
def test_a_bad_table_is_refused_with_its_row(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(text)

    with pytest.raises(InputError, match=r"rates\.csv") as caught:
        load_rates(path)

    assert message in str(caught.value)


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.csv: cannot be read"):
        load_rates(tmp_path / "nowhere.csv")


def test_tied_rows_bound_the_rate_of_their_day(residue: Callable[..., Residue]) -> None:
    given = residue("side", tied=[_tied(100_000, 108_320, 19_787), _tied(1_000, 1_083, 19_787)])

    (table,) = infer_rates(given.tied, 2).tables("EUR", "USD")

    assert table.low[19_787] <= 10_832 * RATE_ONE // 10_000 <= table.high[19_787]
    assert (table.high[19_787] - table.low[19_787]) / RATE_ONE <= 1e-5


def test_rows_that_contradict_each_other_tell_no_rate(residue: Callable[..., Residue]) -> None:
    given = residue("side", tied=[_tied(100_000, 108_320, 19_787), _tied(90_000, 99_000, 19_787)])

    assert infer_rates(given.tied, 2).tables("EUR", "USD") == []


def test_originals_of_the_same_currency_tell_no_rate(residue: Callable[..., Residue]) -> None:
    given = residue("side", tied=[_tied(100_000, 100_000, 19_787, original_currency_left="USD")])

    assert infer_rates(given.tied, 2).inferred == {}


def test_the_original_of_one_side_serves_both(residue: Callable[..., Residue]) -> None:
    given = residue("side", tied=[_tied(100_000, 108_320, 19_787, date_right=19_788)])

    (table,) = infer_rates(given.tied, 2).tables("EUR", "USD")

    assert set(table.low) == {19_787, 19_788}
