"""What the files say went wrong can be seen in the events, and nothing else is labelled."""

from itertools import pairwise
from typing import Any

import polars as pl
import pytest

from tieout.practice.rates.incidents import KINDS

TURNED = {
    "ACQUIRER_TIMEOUT": {"timeout", "failed"},
    "ISSUER_DECLINE": {"denied"},
    "REVERSAL_STORM": {"reversed", "backend_reversed"},
    "SLOW_DRIFT": {"failed"},
}


def of_kind(practice: Any, kind: str) -> list[dict[str, Any]]:
    found = [incident for incident in practice.incidents if incident["type"] == kind]
    assert found
    return found


def share(rows: pl.DataFrame, statuses: set[str]) -> float:
    return rows.filter(pl.col("status").is_in(list(statuses))).height / rows.height


def test_labels_stand_for_the_rows_of_the_file(practice: Any) -> None:
    labels = pl.read_parquet(practice.written.labels)
    assert labels["row"].to_list() == list(range(1, practice.rows.height + 1))
    assert labels["is_anomaly"].to_list() == labels["anomaly_type"].is_not_null().to_list()
    assert set(labels["anomaly_type"].drop_nulls()) == {*KINDS} - {"VOLUME_DROP"}


def test_labelled_rows_lie_in_an_incident_of_their_type(practice: Any) -> None:
    explained = set()
    for incident in practice.incidents:
        rows = practice.during(incident).filter(pl.col("anomaly_type") == incident["type"])
        explained |= set(rows["row"])
    assert explained == set(practice.rows.filter("is_anomaly")["row"])


@pytest.mark.parametrize("kind", sorted(TURNED))
def test_rates_rise_within_and_not_outside(practice: Any, kind: str) -> None:
    for incident in of_kind(practice, kind):
        inside = practice.during(incident)
        usual = share(practice.usual(incident), TURNED[kind])
        assert share(inside, TURNED[kind]) > 2 * usual + 0.02, incident
        # Without the labelled rows, it is a day like any other.
        spared = inside.filter(~pl.col("is_anomaly"))
        assert share(spared, TURNED[kind]) < 2.5 * usual + 0.12, incident


@pytest.mark.parametrize("kind", sorted(TURNED))
def test_elsewhere_rates_stay_as_they_are(practice: Any, kind: str) -> None:
    for incident in of_kind(practice, kind):
        inside = practice.during(incident)["row"].implode()
        others = practice.during(incident, within=False).filter(~pl.col("row").is_in(inside))
        assert share(others, TURNED[kind]) < 0.15, incident
        assert not others["is_anomaly"].any()


@pytest.mark.parametrize("kind", sorted(TURNED))
def test_turned_rows_have_the_status_that_the_story_gives(practice: Any, kind: str) -> None:
    rows = practice.rows.filter(pl.col("anomaly_type") == kind)
    assert set(rows["status"]) == TURNED[kind]


def test_answers_take_longer_and_longer(practice: Any) -> None:
    for incident in of_kind(practice, "LATENCY_CREEP"):
        rows = practice.during(incident)
        usual = practice.usual(incident)["milliseconds"].quantile(0.95)
        length = incident["ended_at"] - incident["started_at"]
        late = rows.filter(pl.col("moment") > incident["started_at"] + length * 0.7)
        early = rows.filter(pl.col("moment") < incident["started_at"] + length * 0.1)
        assert late["milliseconds"].quantile(0.95) > 2 * usual
        assert early["milliseconds"].median() < late["milliseconds"].median() / 1.5
        assert late.filter(~pl.col("is_anomaly"))["status"].is_in(["approved", "denied"]).sum() == 0


def test_a_feed_stops_in_part_and_leaves_nothing_to_label(practice: Any) -> None:
    for incident in of_kind(practice, "VOLUME_DROP"):
        inside, usual = practice.during(incident), practice.usual(incident)
        assert 0 < inside.height < 0.7 * usual.height / 3
        assert not inside["is_anomaly"].any()


def test_a_surge_adds_what_is_labelled(practice: Any) -> None:
    for incident in of_kind(practice, "VOLUME_SURGE"):
        inside, usual = practice.during(incident), practice.usual(incident).height / 3
        assert inside.height > 1.8 * usual
        spared = inside.filter(~pl.col("is_anomaly")).height
        assert 0.4 * usual < spared < 1.9 * usual


def test_incidents_are_numbered_by_time_and_never_overlap(practice: Any) -> None:
    ids = [incident["incident_id"] for incident in practice.incidents]
    assert ids == [f"I{number:04d}" for number in range(1, len(ids) + 1)]
    for one, following in pairwise(practice.incidents):
        assert one["started_at"] < one["ended_at"] <= following["started_at"]


def test_the_metric_names_what_to_watch(practice: Any) -> None:
    metrics = {incident["type"]: incident["metric"] for incident in practice.incidents}
    assert metrics == {
        "ACQUIRER_TIMEOUT": "timeout",
        "ISSUER_DECLINE": "denied",
        "LATENCY_CREEP": "latency_p95",
        "VOLUME_DROP": "volume",
        "VOLUME_SURGE": "volume",
        "REVERSAL_STORM": "reversed",
        "SLOW_DRIFT": "failed",
    }


def test_every_severity_occurs(practice: Any) -> None:
    hints = {incident["severity_hint"] for incident in practice.incidents}
    assert hints == {"none", "info", "warning", "critical", "severe"}
