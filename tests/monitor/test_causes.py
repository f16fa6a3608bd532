"""What broke together has one cause, and a price."""

from itertools import product

import polars as pl
import pytest

from tieout.monitor.causes import EVERYWHERE
from tieout.monitor.engine import Monitor
from tieout.monitor.episodes import Episode
from tieout.monitor.grouping import Incident, incidents
from tieout.monitor.spec import MonitorSpec

START = 29_000_000
DIMENSIONS = ("acquirer", "channel")
BROKEN = range(START + 60, START + 75)


def stream(
    *, acquirer: str | None = None, channel: str | None = None, lost: float = 0.0,
    failed: int = 0, currency: str = "EUR",
) -> pl.DataFrame:  # fmt: skip
    """80 minutes of 10 payments of 12.50 in each of 9 cells; some break in 15 of them.

    One in five minutes of each cell has one failure by itself.
    """
    rows = []
    for minute in range(START, START + 80):
        for number, (a, c) in enumerate(product(("A1", "A2", "A3"), ("pos", "web", "app"))):
            is_hit = minute in BROKEN and acquirer in {None, a} and channel in {None, c}
            whole = round(10 * (1 - lost)) if is_hit else 10
            bad = min(failed, whole) if is_hit and failed else int((minute + number) % 5 == 0)
            words = ["failed"] * bad + ["approved"] * (whole - bad)
            rows += [(minute, word, 1, a, c, 12.5, currency) for word in words]
    names = ("minute", "status", "count", "acquirer", "channel", "amount", "__currency")
    schema: dict[str, pl.DataType] = {name: pl.String() for name in names}
    schema |= {"minute": pl.Int64(), "count": pl.Int64(), "amount": pl.Float64()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def watched(frame: pl.DataFrame) -> list[Incident]:
    monitor = Monitor(MonitorSpec(), DIMENSIONS)
    monitor.take(frame)
    for _ in [*monitor.judge(), *monitor.finish()]:
        pass
    return list(incidents(monitor.episodes.everything(), within_minutes=5))


def of_metric(found: Incident, metric: str) -> list[Episode]:
    return [each for each in found.episodes if each.metric == metric]


@pytest.mark.parametrize(
    ("acquirer", "channel", "cause"),
    [
        ("A2", None, "acquirer=A2"),
        (None, "web", "channel=web"),
        ("A2", "web", "acquirer=A2 & channel=web"),
        (None, None, EVERYWHERE),
    ],
)
def test_what_fails_is_named_by_its_dimensions(
    acquirer: str | None, channel: str | None, cause: str
) -> None:
    [found] = watched(stream(acquirer=acquirer, channel=channel, failed=8))
    assert found.cause == cause
    assert {each.cause for each in of_metric(found, "failed_rate")} == {cause}


def test_payments_that_stay_away_are_named_too() -> None:
    [found] = watched(stream(acquirer="A3", lost=1.0))
    assert "volume_drop" in {each.metric for each in found.episodes}
    assert found.cause == "acquirer=A3"


def test_the_excess_has_a_price_in_its_currency() -> None:
    [found] = watched(stream(acquirer="A2", failed=8))
    [whole] = [each for each in of_metric(found, "failed_rate") if not each.dimensions]
    [(currency, units)] = whole.money
    # 15 minutes, three cells, some 7.8 failures beyond the usual in each.
    assert currency == "EUR"
    assert units == pytest.approx(whole.excess * 12_500, rel=1e-3)
    assert 15 * 3 * 7 * 12_500 < units < 15 * 3 * 8 * 12_500


def test_missing_payments_are_priced_by_what_was_usual() -> None:
    [found] = watched(stream(acquirer="A3", lost=1.0))
    [drop] = [e for e in of_metric(found, "volume_drop") if e.dimensions == "acquirer=A3"]
    [(_, units)] = drop.money
    assert units == pytest.approx(-drop.excess * 12_500, rel=1e-3)


def test_an_incident_costs_what_its_widest_episode_does() -> None:
    [found] = watched(stream(acquirer="A2", failed=8))
    prices = [dict(each.money)["EUR"] for each in of_metric(found, "failed_rate")]
    assert len(prices) > 1
    assert dict(found.money)["EUR"] == max(prices)


def test_without_amounts_nothing_has_a_price() -> None:
    [found] = watched(stream(acquirer="A2", failed=8).drop("amount", "__currency"))
    assert found.money == ()
    assert found.cause == "acquirer=A2"


def test_without_dimensions_there_is_no_cause() -> None:
    monitor = Monitor(MonitorSpec())
    monitor.take(stream(failed=8).drop("acquirer", "channel"))
    for _ in monitor.finish():
        pass
    whole = [e for e in monitor.episodes.everything() if e.metric == "failed_rate"]
    assert [(each.cause, bool(each.money)) for each in whole] == [("", True)]


def test_the_answer_does_not_depend_on_batches() -> None:
    frame = stream(acquirer="A2", channel="web", failed=8)
    once, parts = Monitor(MonitorSpec(), DIMENSIONS), Monitor(MonitorSpec(), DIMENSIONS)
    once.take(frame)
    list(once.judge())
    for at in range(0, frame.height, 97):
        parts.take(frame.slice(at, 97))
        list(parts.judge())
    assert once.episodes.everything() == parts.episodes.everything()
