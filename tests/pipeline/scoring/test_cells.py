"""Values that senders write become what files would hold."""

import math
import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.model.formats import AmountFormat, DateFormat
from tieout.model.table import Kind
from tieout.pipeline.scoring.cells import TEXT_LENGTH_MAX, Scalar, cell, reader_of
from tieout.sources.typed.reading import ISO, PLAIN, TEXT, Reading

EUROPEAN = Reading(Kind.NUMBER, "amount", amount=AmountFormat(decimal=",", thousands="."))
BRITISH = Reading(Kind.TIME, "date", date=DateFormat(patterns=("%d/%m/%Y %H:%M", "%d/%m/%Y")))
MILLIS = Reading(Kind.TIME, "epoch", ticks=1_000)
NOON = datetime.fromisoformat("2026-01-31T12:00:00")


@pytest.mark.parametrize(
    ("value", "reading", "expected"),
    [
        (12, PLAIN, 12.0),
        ("12.50", PLAIN, 12.5),
        (" 1e3 ", PLAIN, 1000.0),
        (True, PLAIN, 1.0),
        ("n/a", PLAIN, None),
        ("", PLAIN, None),
        (None, PLAIN, None),
        ("1.234,50 €", EUROPEAN, 1234.5),
        ("1.234", EUROPEAN, 1234.0),
        ("2026-01-31T12:00:00Z", ISO, NOON),
        ("2026-01-31 12:00:00+02:00", ISO, NOON),
        ("2026-01-31", ISO, datetime.fromisoformat("2026-01-31")),
        (1_769_860_800, ISO, NOON),
        ("1769860800000", MILLIS, NOON),
        ("31/01/2026 12:00", BRITISH, NOON),
        ("unknown", ISO, None),
        (" C1 ", TEXT, "C1"),
        (42, TEXT, "42"),
        (42.0, TEXT, "42"),
        (False, TEXT, "false"),
    ],
)
def test_a_value_reads_as_its_column(value: Scalar, reading: Reading, expected: object) -> None:
    assert cell(value, reading) == expected


@pytest.mark.parametrize(
    ("value", "reading", "said"),
    [
        ("abc", PLAIN, "a number such as 1234.56"),
        ("1_000", PLAIN, "a number"),
        (math.nan, PLAIN, "a number"),
        (math.inf, PLAIN, "a number"),
        (10**400, PLAIN, "a number"),
        ("inf1", PLAIN, "a number"),
        ("yesterday", ISO, "a moment such as 2026-01-31T14:05:00"),
        ("2026-02-30", ISO, "a moment"),
        ("31/13/2026", BRITISH, "a moment"),
        (True, ISO, "a moment"),
        (10**400, ISO, "a moment"),
        (7, MILLIS, "1970"),
        ("x" * (TEXT_LENGTH_MAX + 1), TEXT, "at most 2,000 characters"),
    ],
)
def test_a_value_that_does_not_fit_says_what_was_expected(
    value: Scalar, reading: Reading, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        cell(value, reading)


@given(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30)),
    st.sampled_from([PLAIN, EUROPEAN, ISO, BRITISH, MILLIS, TEXT]),
)
def test_whatever_is_sent_is_a_cell_or_a_value_error(value: Scalar, reading: Reading) -> None:
    try:
        found = cell(value, reading)
    except ValueError:
        return
    kinds = {Kind.NUMBER: float, Kind.TIME: datetime, Kind.CATEGORY: str}
    assert found is None or isinstance(found, kinds[reading.kind])
    assert not isinstance(found, float) or math.isfinite(found)


SENT = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from([" C1 ", " ", "n/a", "12.50", "2026-01-31T12:00:00", "x" * 2_001]),
)


@given(value=SENT, reading=st.sampled_from([PLAIN, EUROPEAN, TEXT, ISO, BRITISH, MILLIS]))
def test_the_reader_of_a_column_reads_and_refuses_as_a_cell_is(
    value: Scalar, reading: Reading
) -> None:
    try:
        expected = cell(value, reading)
    except ValueError as refused:
        with pytest.raises(ValueError, match=re.escape(str(refused))):
            reader_of(reading)(value)
    else:
        assert repr(reader_of(reading)(value)) == repr(expected)
