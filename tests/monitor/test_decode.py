"""Batches of NDJSON, sound and otherwise."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.monitor.decode import EventShape, decode_ndjson, join_lines

SHAPE = EventShape()


def minutes(*times: object) -> list[int]:
    """The minutes that some times are read as."""
    import json

    lines = [json.dumps({"timestamp": each, "status": "approved"}).encode() for each in times]
    return decode_ndjson(join_lines(lines), SHAPE).frame["minute"].to_list()


def test_times_come_in_several_forms() -> None:
    assert (
        minutes(
            "2025-07-12T13:45:59",
            "2025-07-12T13:45:00Z",
            "2025-07-12 13:45:10.250",
            "2025-07-12T15:45:00+02:00",
            1752327930,
            1752327930123,
        )
        == [29205465] * 6
    )


@pytest.mark.parametrize("rest", ["", "Z", " UTC", ":59", ":59.999Z", ":59,5", ":00 UTC"])
def test_what_is_behind_the_minute_of_utc_says_nothing_of_it(rest: str) -> None:
    assert minutes(f"2025-07-12T13:45{rest}", f"2025-07-12 13:46{rest}") == [29205465, 29205466]


def test_a_zone_among_times_of_utc_counts() -> None:
    assert minutes("2025-07-12T13:45:00Z", "2025-07-12T13:45:00-01:00") == [29205465, 29205525]


def test_a_day_that_does_not_exist_is_no_time() -> None:
    line = b'{"timestamp": "2025-02-30T13:45:00Z", "status": "ok"}'
    [(number, why)] = decode_ndjson(line, SHAPE).bad
    assert (number, why) == (0, "expected timestamp as a time and status as a status")


def test_a_batch_becomes_rows() -> None:
    shape = EventShape(
        dimensions=("acquirer",), amount="amount", duration="took", duration_seconds=True
    )
    data = (
        b'{"timestamp":"2025-07-12T13:45:00","status":"denied","acquirer":"A1","amount":12.5,'
        b'"took":0.25}\n{"timestamp":"2025-07-12T13:46:00","status":"ok","acquirer":null}'
    )
    frame = decode_ndjson(data, shape).frame
    assert frame.columns == ["minute", "status", "count", "acquirer", "amount", "latency_ms"]
    assert frame.rows()[0][1:] == ("denied", 1, "A1", 12.5, 250.0)
    assert frame.rows()[1][3:] == (None, None, None)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"not json", "expected a JSON object"),
        (b"[1, 2]", "expected a JSON object"),
        (b'{"status": "ok"}', "expected timestamp as a time and status as a status"),
        (b'{"timestamp": "yesterday", "status": "ok"}', "expected timestamp as a time and status"),
        (b'{"timestamp": "2025-07-12T13:45:00"}', "expected timestamp as a time and status"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_read(line: bytes, why: str) -> None:
    good = b'{"timestamp": "2025-07-12T13:45:00", "status": "ok"}'
    decoded = decode_ndjson(join_lines([good, line, b"", good]), SHAPE)
    assert decoded.frame.height == 2
    [(number, said)] = decoded.bad
    assert number == 1
    assert said.startswith(why)


def test_a_number_that_is_none_is_a_bad_line() -> None:
    shape = EventShape(amount="amount")
    line = b'{"timestamp": "2025-07-12T13:45:00", "status": "ok", "amount": "much"}'
    assert decode_ndjson(line, shape).bad == ((0, "expected amount as a number"),)


def test_an_empty_batch_is_no_rows() -> None:
    for data in (b"", b"\n\n"):
        decoded = decode_ndjson(data, SHAPE)
        assert (decoded.frame.height, decoded.bad) == (0, ())


@settings(deadline=None)
@given(st.lists(st.sampled_from([b'{"timestamp": 60, "status": "ok"}', b"{", b"", b"7"])))
def test_every_line_is_read_or_named(lines: list[bytes]) -> None:
    decoded = decode_ndjson(join_lines(lines), SHAPE)
    assert decoded.frame.height + len(decoded.bad) == sum(bool(line) for line in lines)
    assert decoded.frame.schema["minute"] == pl.Int64


def test_a_duration_is_what_passes_between_request_and_answer() -> None:
    shape = EventShape(request="sent", response="back")
    data = b"""
{"timestamp": 0, "sent": "2025-07-12T13:45:59.900Z", "back": "2025-07-12T15:46:01.150+02:00"}
{"timestamp": 0, "sent": 1752327930.5, "back": 1752327931}
{"timestamp": 0, "sent": 1752327930123, "back": 1752327930456}
{"timestamp": 0, "sent": "2025-07-12 13:45", "back": "2025-07-12 13:45:02,5"}
{"timestamp": 0, "sent": "2025-07-12T13:45:59Z", "back": null}
""".replace(b"}", b', "status": "ok"}')
    frame = decode_ndjson(data, shape).frame
    assert frame["latency_ms"].round(3).to_list() == [1250.0, 500.0, 333.0, 2500.0, None]


def test_a_row_may_stand_for_several_events() -> None:
    shape = EventShape(count="n")
    data = b"""{"timestamp": 0, "status": "ok", "n": 12}
{"timestamp": 0, "status": "ok", "n": 0}
{"timestamp": 0, "status": "ok", "n": 1.5}
{"timestamp": 0, "status": "ok", "n": -1}
{"timestamp": 0, "status": "ok"}"""
    decoded = decode_ndjson(data, shape)
    assert decoded.frame["count"].to_list() == [12, 0]
    why = "expected timestamp as a time and status as a status, and n as a whole number"
    assert decoded.bad == tuple((number, why) for number in (2, 3, 4))


@pytest.mark.parametrize("value", ["12.5", '"12.5"', '"12.50"'])
def test_an_amount_may_be_written_as_a_text(value: str) -> None:
    data = f'{{"timestamp": 0, "status": "ok", "amount": {value}}}'.encode()
    assert decode_ndjson(data, EventShape(amount="amount")).frame["amount"].to_list() == [12.5]
