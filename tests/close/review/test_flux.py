"""Variances and what they come from."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import polars as pl
import pytest

from tieout.close.journal.book import Book
from tieout.close.review.flux import Flux, Materiality, flux, forecast
from tieout.close.review.months import Months, months
from tieout.close.tasks.dates import Period

Books = Callable[..., Book]
Chart = Callable[[str], pl.DataFrame]
OCTOBER = Period(2026, 10)


def ledger(book: Books, chart: Chart, values: Sequence[float]) -> Months:
    accounts = chart("cash asset 100.00 -\nrent expense 0.00 -\n")
    first = OCTOBER.later(1 - len(values))
    rows = "".join(
        f"J{at} rent {value:.2f} {first.later(at).first_day}\n"
        f"J{at} cash {-value:.2f} {first.later(at).first_day}\n"
        for at, value in enumerate(values)
    )
    return months(book(f"entry account amount effective\n{rows}", accounts))


def of(found: Sequence[Flux], account: str, comparison: str) -> Flux:
    return next(each for each in found if (each.account, each.comparison) == (account, comparison))


def test_results_are_compared_by_movement_and_balances_by_balance(
    book: Books, chart: Chart
) -> None:
    found = flux(ledger(book, chart, [10.0, 12.0]), OCTOBER, Materiality(amount=100))
    rent, cash = of(found, "rent", "prior_period"), of(found, "cash", "prior_period")
    assert (rent.current, rent.base, rent.variance, rent.percent) == (1200, 1000, 200, 20.0)
    assert (cash.current, cash.base) == (7800, 9000)


def test_prior_year_and_forecast_appear_once_there_are_enough_months(
    book: Books, chart: Chart
) -> None:
    found = flux(ledger(book, chart, [10.0] * 13), OCTOBER, Materiality(amount=1))
    assert of(found, "rent", "prior_year").variance == 0
    assert of(found, "rent", "forecast").base == 1000
    few = flux(ledger(book, chart, [10.0, 11.0]), OCTOBER, Materiality(amount=1))
    assert {each.comparison for each in few} == {"prior_period"}


@pytest.mark.parametrize(
    ("variance", "base", "material"),
    [(500, 1000, True), (499, 1000, False), (500, 10_000, False), (-600, 1000, True),
     (600, 0, True), (400, 0, False)],
)  # fmt: skip
def test_material_is_what_passes_both_limits(variance: int, base: int, material: bool) -> None:
    assert Materiality(amount=500, percent=10).passes(variance, base) is material


def test_a_forecast_follows_the_season_and_the_growth() -> None:
    values = {Period(2025, month): 100 for month in range(1, 13)} | {Period(2025, 10): 300}
    values |= {Period(2026, month): 110 for month in range(1, 10)}
    assert forecast(values, OCTOBER, balance=False) == 330


def test_a_forecast_of_a_balance_goes_on_from_the_last() -> None:
    values = {Period(2026, month): 1000 + 50 * month for month in range(1, 10)}
    assert forecast(values, OCTOBER, balance=True) == 1500


def test_an_explanation_is_bound_to_both_amounts() -> None:
    one = Flux("rent", "Rent", "expense", "prior_period", 1200, 1000, material=True)
    assert one.fingerprint == replace(one, drivers=("x",)).fingerprint
    assert one.fingerprint != replace(one, current=1201).fingerprint
    assert one.fingerprint != replace(one, comparison="forecast").fingerprint


def test_material_variances_come_first_and_name_their_driver(book: Books, chart: Chart) -> None:
    accounts = chart("cash asset 0.00 -\nads expense 0.00 -\ntea expense 0.00 -\n")
    rows = []
    number = 0
    for month, of_beta in (("2026-09", 20), ("2026-10", 400)):
        for party, value in (("Alpha", 30), ("Beta", of_beta), ("Gamma", 25), ("Delta", 28)):
            number += 1
            rows.append(f"J{number} ads {value}.00 {month}-05 {party}\n"
                        f"J{number} cash -{value}.00 {month}-05 {party}\n")  # fmt: skip
    rows.append("J90 tea 1.00 2026-09-05 Tea\nJ90 cash -1.00 2026-09-05 Tea\n")
    held = months(book(f"entry account amount effective counterparty\n{''.join(rows)}", accounts))
    found = flux(held, OCTOBER, Materiality(amount=10_000))
    material = [each for each in found if each.material]
    assert found[: len(material)] == tuple(material)
    assert any("counterparty=Beta" in words for words in of(found, "ads", "prior_period").drivers)
    assert of(found, "tea", "prior_period").drivers == ()
