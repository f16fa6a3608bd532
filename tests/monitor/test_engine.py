"""Minutes in, episodes and alerts out: what is found, when, and what is left alone."""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieout.monitor.engine import Minute, Monitor
from tieout.monitor.episodes import Severity, State
from tieout.monitor.spec import (
    EpisodeSpec,
    LimitSpec,
    MetricSpec,
    MonitorSpec,
    SilenceSpec,
    WindowSpec,
)

Rows = Callable[..., pl.DataFrame]
Watch = Callable[..., tuple[Monitor, list[Minute]]]


def noisy(seed: int, minutes: int, usual: float) -> list[int]:
    """Poisson counts of so many minutes."""
    drawn: list[int] = np.random.default_rng(seed).poisson(usual, minutes).tolist()
    return drawn


def raised(counts: Sequence[int], first: int, minutes: int, count: int) -> list[int]:
    """The counts with so many events in some minutes."""
    changed = list(counts)
    changed[first : first + minutes] = [count] * minutes
    return changed


def outage(rows: Rows, *, minutes: int = 20, first: int = 200, whole: int = 400) -> pl.DataFrame:
    """A stream of a hundred payments a minute in which a third is denied for some minutes."""
    denied = raised(noisy(2, whole, 5), first, minutes, 45)
    return rows({"approved": noisy(1, whole, 95), "denied": denied})


@cache
def watched_whole(rows: Rows, watch: Watch) -> tuple[Monitor, list[Minute]]:
    """What is found when all rows of a short stream come at once."""
    return watch(outage(rows, first=100, whole=200))


def alerts(judged: list[Minute]) -> list[tuple[str, str]]:
    """Kind and severity of all alerts, in their order."""
    return [(str(each.kind), str(each.episode.severity)) for m in judged for each in m.alerts]


def test_an_outage_is_found_in_its_first_minute(rows: Rows, watch: Watch, start: int) -> None:
    monitor, _ = watch(outage(rows))
    [episode] = monitor.episodes.everything()
    assert (episode.metric, episode.dimensions) == ("denied_rate", "")
    assert (episode.started, episode.detected) == (start + 200, start + 200)
    assert (episode.ended, episode.breached_minutes) == (start + 220, 20)
    assert (episode.state, episode.severity) == (State.RESOLVED, Severity.INFO)


def test_its_numbers_are_those_of_the_stream(rows: Rows, watch: Watch) -> None:
    monitor, _ = watch(outage(rows))
    [episode] = monitor.episodes.everything()
    assert 0.30 < episode.value < 0.34
    assert episode.baseline == pytest.approx(0.05, abs=0.01)
    assert episode.excess == pytest.approx(20 * 38, rel=0.05)
    assert episode.p_value < 1e-50


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (14, []),
        (15, [("fired", "info"), ("resolved", "info")]),
        (31, [("fired", "info"), ("escalated", "warning"), ("resolved", "warning")]),
        (
            70,
            [
                ("fired", "info"),
                ("escalated", "warning"),
                ("escalated", "critical"),
                ("escalated", "severe"),
                ("resolved", "severe"),
            ],
        ),
    ],
)
def test_how_long_it_lasts_decides_what_is_told(
    rows: Rows, watch: Watch, minutes: int, told: list[tuple[str, str]]
) -> None:
    _, judged = watch(outage(rows, minutes=minutes))
    assert alerts(judged) == told


def test_a_quiet_stream_alarms_no_more_than_is_allowed(rows: Rows, watch: Watch) -> None:
    counts = {"approved": noisy(3, 2880, 95), "denied": noisy(4, 2880, 5)}
    monitor, judged = watch(rows({**counts, "failed": noisy(5, 2880, 0.2)}))
    assert len(monitor.episodes.everything()) <= 2 * LimitSpec().false_alarms_per_day
    assert len(judged) == 2880
    assert alerts(judged) == []


@settings(deadline=None, max_examples=8)
@given(batch=st.integers(1, 450))
def test_no_result_depends_on_how_rows_are_batched(batch: int, rows: Rows, watch: Watch) -> None:
    parts, told_by_parts = watch(outage(rows, first=100, whole=200), batch=batch)
    whole, told = watched_whole(rows, watch)
    assert parts.episodes.everything() == whole.episodes.everything()
    assert alerts(told_by_parts) == alerts(told) == [("fired", "info"), ("resolved", "info")]


def test_a_status_that_never_occurred_is_found_when_it_does(rows: Rows, watch: Watch) -> None:
    failed = raised([0] * 400, 300, 20, 4)
    monitor, _ = watch(rows({"approved": noisy(1, 400, 95), "failed": failed}))
    [episode] = monitor.episodes.everything()
    assert episode.metric == "failed_rate"
    assert episode.detected - episode.started <= 4


def test_too_few_payments_are_an_episode(rows: Rows, watch: Watch, start: int) -> None:
    approved = raised(noisy(1, 400, 100), 300, 20, 15)
    monitor, _ = watch(rows({"approved": approved}))
    [episode] = monitor.episodes.everything()
    assert (episode.metric, episode.detected) == ("volume_drop", start + 300)
    assert episode.excess < 0


def test_too_many_payments_are_an_episode(rows: Rows, watch: Watch, start: int) -> None:
    approved = raised(noisy(1, 400, 100), 300, 20, 500)
    monitor, _ = watch(rows({"approved": approved}))
    [episode] = monitor.episodes.everything()
    assert (episode.metric, episode.detected) == ("volume_surge", start + 300)


def test_a_rise_too_small_for_fifteen_minutes_is_found_over_an_hour(
    rows: Rows, watch: Watch, start: int
) -> None:
    generator = np.random.default_rng(35)
    usual = [0.3] * 240 + [0.9] * 60 + [0.3] * 60
    frame = rows({"approved": [30] * 360, "failed": generator.poisson(usual).tolist()})
    short = MonitorSpec(windows=WindowSpec(long_minutes=()))
    assert [e.metric for e in watch(frame, short)[0].episodes.everything()] == []
    [found] = watch(frame)[0].episodes.everything()
    assert found.metric == "failed_rate"
    assert found.window_minutes in {30, 60}
    assert start + 240 <= found.detected < start + 300


def test_what_is_over_is_not_found_again_by_a_long_window(rows: Rows, watch: Watch) -> None:
    generator = np.random.default_rng(8)
    usual = [3.0] * 200 + [20.0] * 30 + [3.0] * 130
    frame = rows({"approved": [60] * 360, "denied": generator.poisson(usual).tolist()})
    assert len(watch(frame)[0].episodes.everything()) == 1


def test_single_minutes_without_rows_are_no_outage(rows: Rows, watch: Watch) -> None:
    frame = rows({"approved": [60] * 200, "denied": [3] * 200})
    gaps = frame.filter(pl.col("minute") % 17 != 0)
    assert watch(gaps)[0].episodes.everything() == []


def test_silence_of_the_source_is_missing_data_and_freezes_the_rest(
    rows: Rows, watch: Watch, start: int
) -> None:
    frame = outage(rows, minutes=60).filter(~pl.col("minute").is_between(start + 210, start + 229))
    monitor, judged = watch(frame)
    by_metric = {each.metric: each for each in monitor.episodes.everything()}
    missing, denied = by_metric["missing_data"], by_metric["denied_rate"]
    assert (missing.started, missing.ended) == (start + 210, start + 230)
    assert sum(minute.missing for minute in judged) == 20
    assert denied.breached_minutes == 40, "minutes of silence count neither way"


def test_a_season_is_learnt_by_hour_of_the_day(rows: Rows, watch: Watch) -> None:
    days = 3
    minutes = np.arange(days * 1440)
    shape = 40 + 35 * np.sin(2 * np.pi * (minutes % 1440) / 1440)
    counts = np.random.default_rng(9).poisson(shape).tolist()
    monitor, _ = watch(rows({"approved": counts}))
    assert monitor.episodes.everything() == []
    assert monitor.volumes.frozen_minutes == LimitSpec().renew_minutes, "the season is known"


def test_late_rows_are_counted_and_nothing_is_told_again(
    rows: Rows, watch: Watch, start: int
) -> None:
    frame = outage(rows, minutes=20)
    held = frame.filter((pl.col("minute") == start + 205) & (pl.col("status") == "denied"))
    later = pl.concat([frame.join(held, on=["minute", "status"], how="anti").head(460), held])
    rest = frame.join(held, on=["minute", "status"], how="anti").tail(-460)
    monitor, judged = watch(pl.concat([later, rest]), batch=7)
    assert monitor.late == 1
    assert monitor.ring.events[(start + 205) % monitor.ring.minutes].sum() >= 0
    assert alerts(judged) == [("fired", "info"), ("resolved", "info")]


def test_rows_later_than_the_bound_are_counted_nowhere(rows: Rows, start: int) -> None:
    monitor = Monitor(MonitorSpec(windows=WindowSpec(revise_minutes=5)))
    monitor.take(rows({"approved": [10] * 30}))
    list(monitor.judge())
    stale = pl.DataFrame({"minute": [start + 3], "status": ["approved"], "count": [1]})
    fed = monitor.take(stale)
    assert (fed.late, fed.too_late) == (0, [0])


def test_a_grace_holds_minutes_open(rows: Rows) -> None:
    monitor = Monitor(MonitorSpec(windows=WindowSpec(grace_minutes=3)))
    monitor.take(rows({"approved": [10] * 30}))
    assert len(list(monitor.judge())) == 26
    assert len(list(monitor.finish())) == 4


def test_the_clock_on_the_wall_closes_the_minutes_of_a_source_gone_quiet(
    rows: Rows, start: int
) -> None:
    monitor = Monitor(MonitorSpec())
    monitor.take(rows({"approved": noisy(1, 120, 50)}))
    list(monitor.judge())
    monitor.watermark.advance(start + 131)
    closed = list(monitor.judge())
    assert closed[-1].minute == start + 130
    assert closed[-1].missing
    monitor.watermark.advance(start + 90)
    assert list(monitor.judge()) == [], "a clock that jumps back moves nothing"


def test_a_day_of_silence_is_skipped(rows: Rows, start: int) -> None:
    monitor = Monitor(MonitorSpec())
    monitor.take(rows({"approved": noisy(1, 90, 50)}))
    list(monitor.judge())
    far = pl.DataFrame(
        {"minute": [start + 10_000_000], "status": ["approved"], "count": [50]},
    )
    monitor.take(far)
    judged = [*monitor.judge(), *monitor.finish()]
    assert judged[-1].minute == start + 10_000_000
    assert len(judged) < 2000


def test_one_dimension_that_breaks_is_named(rows: Rows, watch: Watch) -> None:
    good = rows({"approved": noisy(1, 400, 95), "denied": noisy(2, 400, 5)}, acquirer="A1")
    bad = rows(
        {"approved": noisy(3, 400, 95), "denied": raised(noisy(4, 400, 5), 300, 20, 60)},
        acquirer="A2",
    )
    frame = pl.concat([good, bad]).sort("minute", maintain_order=True)
    monitor, _ = watch(frame, dimensions=["acquirer"])
    found = {each.dimensions for each in monitor.episodes.everything()}
    assert found == {"", "acquirer=A2"}


def test_the_whole_speaks_for_its_parts(rows: Rows, watch: Watch) -> None:
    parts = [
        rows(
            {"approved": noisy(n, 400, 95), "denied": raised(noisy(n + 9, 400, 5), 300, 20, 60)},
            acquirer=f"A{n}",
        )
        for n in (1, 2)
    ]
    frame = pl.concat(parts).sort("minute", maintain_order=True)
    _, judged = watch(frame, dimensions=["acquirer"])
    told = [each.episode.dimensions for minute in judged for each in minute.alerts]
    assert told == ["", ""], "it fires and it is over; its parts are inhibited"


def test_what_is_silenced_is_an_episode_without_alerts(rows: Rows, watch: Watch) -> None:
    silence = SilenceSpec(
        metric="denied_rate",
        start="1970-01-01T00:00",
        until="2100-01-01T00:00",
        reason="known",
    )
    monitor, judged = watch(outage(rows), MonitorSpec(silences=(silence,)))
    [episode] = monitor.episodes.everything()
    assert alerts(judged) == []
    assert monitor.episodes.flags[episode.episode_id].silenced == "known"


def test_an_early_notice_is_told_before_the_first_severity(rows: Rows, watch: Watch) -> None:
    spec = MonitorSpec(metrics={"denied_rate": MetricSpec(notice_minutes=3)})
    _, judged = watch(outage(rows), spec)
    assert alerts(judged)[0] == ("notice", "")


def test_what_goes_on_is_repeated_where_that_is_asked_for(rows: Rows, watch: Watch) -> None:
    spec = MonitorSpec(episodes=EpisodeSpec(reminder_minutes=5))
    _, judged = watch(outage(rows, minutes=28), spec)
    assert alerts(judged).count(("reminder", "info")) == 2


def test_a_metric_can_be_left_out(rows: Rows, watch: Watch) -> None:
    spec = MonitorSpec(metrics={"denied_rate": MetricSpec(enabled=False)})
    monitor, _ = watch(outage(rows), spec)
    assert monitor.episodes.everything() == []


@pytest.mark.parametrize("method", ["sigma", "ewma"])
def test_other_limits_can_be_chosen(rows: Rows, watch: Watch, method: str, start: int) -> None:
    metric = MetricSpec.model_validate({"method": method, "k": 5})
    monitor, _ = watch(outage(rows), MonitorSpec(metrics={"denied_rate": metric}))
    found = [each for each in monitor.episodes.everything() if each.metric == "denied_rate"]
    assert [each.detected for each in found] == [start + 200]


def test_so_many_minutes_in_a_row_can_be_asked_for(rows: Rows, watch: Watch, start: int) -> None:
    spec = MonitorSpec(metrics={"denied_rate": MetricSpec(consecutive=15)})
    monitor, _ = watch(outage(rows), spec)
    [episode] = monitor.episodes.everything()
    assert episode.detected == start + 214


def test_the_false_alarms_that_are_allowed_move_the_limit(rows: Rows, watch: Watch) -> None:
    counts = {"approved": noisy(6, 720, 95), "denied": noisy(7, 720, 5)}
    loose = MonitorSpec(
        limits=LimitSpec(false_alarms_per_day=50_000, excess_min=0),
        metrics={"*": MetricSpec(effect_min=1.01)},
    )
    monitor, _ = watch(rows(counts), loose)
    assert len(monitor.episodes.everything()) > 5


def test_each_metric_that_is_heard_of_shares_the_false_alarms(rows: Rows, watch: Watch) -> None:
    plain = rows({"approved": [90] * 60, "denied": [10] * 60})
    timed = plain.with_columns(pl.lit(9.5).alias("amount"), pl.lit(120.0).alias("latency_ms"))
    levels = [judged[-1].alpha * 1440 * 5 for _, judged in (watch(plain), watch(timed))]
    # A rate and volume either way; then three quantiles of latency and the amount too.
    assert levels == pytest.approx([2.0 / 3, 2.0 / 7])


def test_the_rate_of_approvals_is_never_out_of_limits(rows: Rows, watch: Watch) -> None:
    counts = {"approved": noisy(3, 200, 95), "denied": raised(noisy(4, 200, 40), 100, 60, 0)}
    spec = MonitorSpec(metrics={"*": MetricSpec(method="ewma")})
    monitor, _ = watch(rows(counts), spec)
    metrics = {each.metric for each in monitor.episodes.everything()}
    assert "volume_drop" in metrics
    assert "approved_rate" not in metrics
