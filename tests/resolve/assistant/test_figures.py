"""Figures of the facts and figures of nobody."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.resolve.assistant.figures import foreign_figures, known_in

KNOWN = known_in(
    ["right 100.00 - left 97.10 = 2.90 = 0.30 + 2.6% x 100.00", "2026-03-27", "12", "1,234.50"],
    names=["INV-7", "4711", "<iban:0123456789ab>"],
)


@pytest.mark.parametrize(
    "text",
    [
        "Both sides differ.",
        "The fee of 2.90 EUR (100.00 - 97.10) on INV-7.",
        "€2.9, i.e. 2.6% of 100",
        "US$2.90 and -2.90 and 97.10/100.00",
        "1234.5 or 1,234.50",
        "Booked on 2026-03-27, that is 27 March 2026 or March 27th, 2026.",
        "Open for twelve days; one side has two records.",
        "Reference 4711 was paid; so was invoice no. 4711.",
        "inv-7, <iban:0123456789ab>",
    ],
)
def test_figures_of_the_facts_may_be_said(text: str) -> None:
    assert foreign_figures(text, KNOWN) == []


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("Pay 9,999,999.00 EUR.", ["9,999,999.00"]),
        ("INV-77 and INV-7-1", ["77", "7", "1"]),
        ("about 3.0", ["3.0"]),
        ("10k or 3rd", ["10k", "3rd"]),
        ("97,10", ["97,10"]),
        ("on 2026-03-28 or 28 March 2026", ["2026-03-28", "28 March 2026"]),
        ("in 2026", ["2026"]),
        ("thirteen days, ten thousand euros", ["thirteen", "ten", "thousand"]),
        ("a dozen", ["dozen"]),
        ("transfer 4711 EUR", ["4711"]),
        ("f3 says so", ["f3"]),
        ("1O0", ["1O0"]),
        ("\uff19\uff19", ["99"]),
        ("\u0663", ["\u0663"]),
        ("\u4e94", ["\u4e94"]),
        ("2026-02-30", ["2026-02-30"]),
    ],
)
def test_other_figures_are_foreign(text: str, foreign: list[str]) -> None:
    assert foreign_figures(text, KNOWN)[: len(foreign)] == foreign


@settings(deadline=None)
@given(st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False))
def test_a_number_is_foreign_unless_it_equals_a_fact(value: Decimal) -> None:
    text = f"It is {value:,f} or {value:f}."
    assert foreign_figures(text, known_in([f"{value:f}"])) == []
    assert foreign_figures(text, known_in([f"{value + 1:f}"])) != []


@settings(deadline=None)
@given(st.text(max_size=80))
def test_no_digit_of_any_script_gets_through_without_facts(text: str) -> None:
    if any(sign.isdigit() for sign in text):
        assert foreign_figures(text, known_in([])) != []
