"""Sentences with numbers in them."""

import math
from datetime import datetime
from typing import Any

import pytest

from tieout.detect.rules.reason import check_reason, filled, names_in_reason
from tieout.model.errors import InputError


@pytest.mark.parametrize(
    ("template", "values", "text", "numbers"),
    [
        ("{amount} paid", {"amount": 1234.5}, "1,234.50 paid", (1234.5,)),
        ("{amount} paid", {"amount": 1234.0}, "1,234 paid", (1234.0,)),
        ("{rows} rows", {"rows": 12345}, "12,345 rows", (12345.0,)),
        ("{z:.1f} sigma", {"z": 4.26}, "4.3 sigma", (4.26,)),
        ("{km:,.0f} km", {"km": 12345.6}, "12,346 km", (12345.6,)),
        ("to {country}", {"country": "FR"}, "to FR", ()),
        ("known: {known}", {"known": True}, "known: yes", ()),
        ("known: {known}", {"known": False}, "known: no", ()),
        ("{x} and {x}", {"x": None}, "unknown and unknown", ()),
        ("{x}", {"x": math.nan}, "unknown", (math.nan,)),
        ("{{{x}}}", {"x": 1}, "{1}", (1.0,)),
        (
            "at {t}",
            {"t": datetime.fromisoformat("2025-01-02T03:04:05")},
            "at 2025-01-02 03:04:05",
            (),
        ),
    ],
)
def test_names_are_filled_in(
    template: str, values: dict[str, Any], text: str, numbers: tuple[float, ...]
) -> None:
    reason = filled(template, values)
    assert reason.text == text
    assert reason.values == pytest.approx(numbers, nan_ok=True)


def test_values_hold_the_numbers_unrounded_in_order() -> None:
    assert filled("{b:.0f} of {a}", {"a": 0.123456, "b": 9.87}).values == (9.87, 0.123456)


def test_names_are_told_once() -> None:
    assert names_in_reason("{a} {b:.1f} {a} {{c}}") == ("a", "b")


@pytest.mark.parametrize(
    "template", ["{a.b}", "{a[0]}", "{a!r}", "{a:>10}", "{}", "{0.__class__}", "{a", "a}", "{a:d}"]
)
def test_anything_but_a_name_and_a_rounding_is_refused(template: str) -> None:
    with pytest.raises(InputError, match=r"^rules\.yaml: "):
        check_reason(template, place="rules.yaml")


@pytest.mark.parametrize("template", ["", "plain", "{a}", "{a:.1f} {b:,.0f} {c:,}", "{Net Price}"])
def test_names_with_roundings_are_fine(template: str) -> None:
    check_reason(template, place="rules.yaml")
