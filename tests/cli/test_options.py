"""Options that several commands share, and how limits are read."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.cli.options import Limit, parse_day, parse_limit, shown_progress
from tieout.model.errors import InputError


@pytest.mark.parametrize(
    ("text", "measure", "most"),
    [
        ("0", "breaks", "0"),
        ("10", "breaks", "10"),
        ("breaks>10", "breaks", "10"),
        ("share=0.5%", "share", "0.005"),
        ("share=0.005", "share", "0.005"),
        ("2%", "share", "0.02"),
        ("amount=1000.50", "amount", "1000.50"),
    ],
)
def test_a_limit_says_what_it_measures(text: str, measure: str, most: str) -> None:
    assert parse_limit(text) == Limit(measure, Decimal(most))


@pytest.mark.parametrize(
    "text",
    ["", "many", "-1", "1e3", "1.2.3", ".", "rows=1", "breaks=", "breaks=1%", "amount=1%", "1 2"],
)
def test_a_limit_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--fail-on"):
        parse_limit(text)


@given(most=st.decimals(0, 10**9, places=2), value=st.decimals(0, 10**9, places=2))
def test_a_limit_is_passed_only_beyond_it(most: Decimal, value: Decimal) -> None:
    limit = parse_limit(f"amount={most:f}")
    assert limit.is_passed({"amount": value}) is (value > most)


def test_a_day_is_iso() -> None:
    assert parse_day("2026-01-31", "--as-of") == date(2026, 1, 31)
    assert parse_day(None, "--as-of") is None
    for wrong in ("31.01.2026", "2026-02-30", ""):
        with pytest.raises(InputError, match="--as-of"):
            parse_day(wrong, "--as-of")


class Terminal(io.StringIO):
    """A stderr that may be a terminal."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        """As its maker said."""
        return self._is_terminal


@pytest.mark.parametrize(
    ("quiet", "is_terminal", "shown"),
    [(False, True, True), (True, True, False), (False, False, False)],
)
def test_progress_is_shown_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, quiet: bool, is_terminal: bool, shown: bool
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    stream: Any = Terminal(is_terminal=is_terminal)
    monkeypatch.setattr("sys.stderr", stream)
    with shown_progress(quiet=quiet) as announce:
        announce("match")
    assert bool(stream.getvalue()) is shown
