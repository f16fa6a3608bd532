"""Episodes that begin together are one incident."""

from tieout.monitor.episodes import Breach, Episode, opened
from tieout.monitor.grouping import incidents


def episode(
    metric: str, dimensions: str, detected: int, *, value: float = 0.3, n: float = 100,
    baseline: float = 0.05, onset: int | None = None,
) -> Episode:  # fmt: skip
    breach = Breach(
        value=value, baseline=baseline, n=n, p_value=1e-9, excess=1.0,
        onset=detected if onset is None else onset, minutes=1, window_minutes=1,
    )  # fmt: skip
    return opened(metric, dimensions, detected, breach)


def test_what_is_found_within_five_minutes_is_one_incident() -> None:
    found = incidents(
        [
            episode("failed_rate", "", 105),
            episode("denied_rate", "", 100),
            episode("denied_rate", "", 200),
        ],
        within_minutes=5,
    )
    assert [[each.detected for each in incident.episodes] for incident in found] == [
        [100, 105], [200],
    ]  # fmt: skip
    assert found[0].first.metric == "denied_rate"


def test_what_began_together_but_was_found_later_joins() -> None:
    found = incidents(
        [episode("latency_p95", "", 100), episode("latency_p50", "", 112, onset=101)],
        within_minutes=5,
    )
    assert len(found) == 1


def test_what_comes_later_is_another_incident() -> None:
    chain = [episode("denied_rate", f"a={at}", at) for at in (100, 104, 108)]
    assert len(incidents(chain, within_minutes=5)) == 2


def test_the_name_of_an_incident_is_its_first_episodes() -> None:
    (found,) = incidents([episode("denied_rate", "", 100)], within_minutes=5)
    assert found.incident_id == f"in-{found.first.episode_id[3:]}"


def test_the_cell_with_the_strongest_evidence_is_where_to_look() -> None:
    whole = episode("failed_rate", "", 100, value=0.08, baseline=0.005, n=3000)
    cause = episode("failed_rate", "acquirer=B", 100, value=0.32, baseline=0.004, n=750)
    side = episode("failed_rate", "channel=web", 100, value=0.088, baseline=0.005, n=1500)
    pair = episode(
        "failed_rate", "acquirer=B & currency=EUR", 101, value=0.32, baseline=0.004, n=740
    )
    (found,) = incidents([side, whole, pair, cause], within_minutes=5)
    assert found.narrowest == "acquirer=B"


def test_a_rise_everywhere_is_looked_for_in_the_whole() -> None:
    whole = episode("failed_rate", "", 100, value=0.08, baseline=0.005, n=3000)
    half = episode("failed_rate", "channel=web", 100, value=0.08, baseline=0.005, n=1500)
    (found,) = incidents([half, whole], within_minutes=5)
    assert found.narrowest == ""


def test_order_does_not_matter() -> None:
    several = [episode("denied_rate", f"a={place}", 100 + place % 4) for place in range(8)]
    assert incidents(several, within_minutes=5) == incidents(several[::-1], within_minutes=5)


def test_no_episodes_are_no_incidents() -> None:
    assert incidents([], within_minutes=5) == ()
