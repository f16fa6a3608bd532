"""What a monitor's spec says, and what is refused in one line."""

from pathlib import Path

import pytest

from tieout.model.errors import InputError
from tieout.monitor import amounts, latency, volume
from tieout.monitor.engine import MISSING_DATA
from tieout.monitor.flags import silences_of
from tieout.monitor.pattern import PATTERN
from tieout.monitor.spec import MetricSpec, MonitorSpec, load_monitor_spec
from tieout.monitor.statuses import rate_name


def load(folder: Path, text: str) -> MonitorSpec:
    """The spec of a file with this text."""
    path = folder / "watch.yaml"
    path.write_text(text, encoding="utf-8")
    return load_monitor_spec(path)


def test_what_is_not_said_is_as_usual(tmp_path: Path) -> None:
    assert load(tmp_path, "monitor: cards\n") == MonitorSpec(monitor="cards")


def test_a_metric_has_settings_of_its_own_or_those_of_all(tmp_path: Path) -> None:
    spec = load(tmp_path, "metrics: {'*': {k: 4}, denied_rate: {method: sigma}}\n")
    assert spec.metric("denied_rate") == MetricSpec(method="sigma")
    assert spec.metric("failed_rate") == MetricSpec(k=4)
    assert MonitorSpec().metric("failed_rate") == MetricSpec()


def test_every_metric_that_is_judged_may_have_settings(tmp_path: Path) -> None:
    judged = [*latency.METRICS, volume.DROP, volume.SURGE, amounts.METRIC, PATTERN, MISSING_DATA]
    names = [*judged, rate_name("05"), "*"]
    text = "forest: {}\nmetrics: {" + ", ".join(f"'{name}': {{k: 4}}" for name in names) + "}\n"
    assert list(load(tmp_path, text).metrics) == names
    alone = "metrics: {pattern: {enabled: false}, '*': {method: ets}}\n"
    assert load(tmp_path, alone).metric("denied_rate").method == "ets"


def test_severities_are_settable_by_metric(tmp_path: Path) -> None:
    text = "metrics: {failed_rate: {severity: {info: 2, warning: 5, critical: 10, severe: 20}}}\n"
    spec = load(tmp_path, text)
    assert spec.severities("failed_rate").info == 2
    assert spec.severities("denied_rate").info == 15


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("metrics: [", "not YAML"),
        ("- 1\n", "expected a mapping"),
        ("metric: {}\n", "metric: no such field"),
        ("windows: {minutes: [0]}\n", "windows.minutes: expected windows of 1 to 60 minutes"),
        ("severity: {info: 40}\n", "severity: expected info < warning < critical < severe"),
        ("limits: {false_alarms_per_day: 0}\n", "limits.false_alarms_per_day: input should be"),
        ("sla_ms: {p90: 3}\n", "sla_ms.p90"),
        ("metrics: {latency_p90: {}}\n", "metrics: latency_p90 is none: expected <status>_rate"),
        ("metrics: {'latency_*': {}}\n", "metrics: latency_* is none"),
        ("forest: {}\nmetrics: {pattern: {method: ets}}\n", "leave its `method` out"),
        ("metrics: {pattern: {notice_minutes: 2}}\n", "spec: the metric pattern is judged by a"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.yaml: cannot be read"):
        load_monitor_spec(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "silences: [{start: soon, until: 2030-01-01, reason: x}]",
            "silences.0.start: expected a m",
        ),
        ("silences: [{start: 2026-01-02, until: 2026-01-01, reason: x}]", "silences.0: it ends at"),
        (
            "silences: [{metric: denied, start: 2026-01-01, until: 2026-01-02, reason: x}]",
            "silences.0.metric: denied is no metric",
        ),
        ("routes: [{channel: slack, target: a, metric: latency}]", "routes: latency is no metric"),
        ("monitor: ../../elsewhere", "monitor: expected at most 100 letters"),
    ],
)
def test_what_would_never_hold_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as raised:
        load(tmp_path, text)
    assert "\n" not in str(raised.value)


def test_a_silence_takes_moments_as_yaml_writes_them(tmp_path: Path) -> None:
    text = "silences: [{start: 2026-01-31T22:00:00, until: 2026-02-01T02:00:00+02:00, reason: x}]"
    [silence] = silences_of(load(tmp_path, text).silences)
    assert silence.until - silence.start == 120
