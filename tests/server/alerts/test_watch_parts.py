"""Parts of the live page: many cells that break together do not bury what broke."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tieout.monitor.spec import MonitorSpec

pytestmark = pytest.mark.usefixtures("db")


def drawn(count: int, *, may_act: bool = True, is_followed: bool = True) -> str:
    """The table of so many open episodes."""
    from django.template.loader import render_to_string

    episodes = [
        SimpleNamespace(
            pk=number, metric="denied_rate", dimensions=f"acquirer=A{number}" if number else "",
            root_cause="", severity="info", state="firing", acknowledged_by=None,
            started_at=datetime(2026, 3, 2, 7, 1, tzinfo=UTC), breached_minutes=16, excess=90.0,
            money_at_risk={},
        )
        for number in range(count)
    ]  # fmt: skip
    context: dict[str, Any] = {"episodes": episodes, "silences": [], "may_act": may_act}
    context["is_followed"] = is_followed
    monitor = SimpleNamespace(name="cards")
    return render_to_string("alerts/open.html", {**context, "monitor": monitor})


def test_the_first_episodes_stand_open_and_the_others_are_folded_up() -> None:
    above, folded = drawn(9).split('<details class="card-footer')
    assert above.count("denied</th>") + above.count("denied<div") == 6
    assert "3 more" in folded
    assert [f"acquirer=A{number}</div>" in folded for number in (5, 6, 7, 8)] == [
        False, True, True, True,
    ]  # fmt: skip


def test_a_few_are_not_folded_up() -> None:
    assert "card-footer" not in drawn(6)
    assert "Everything is in limits." in drawn(0)


def test_a_stream_that_nobody_follows_is_not_said_to_be_in_limits() -> None:
    from django.template.loader import render_to_string

    assert "Everything is in limits." not in drawn(0, is_followed=False)
    monitor = SimpleNamespace(updated_at=datetime(2026, 3, 2, 7, 1, tzinfo=UTC))
    context = {"monitor": monitor, "data": {"minute": "2026-03-02T06:58"}}
    shown = render_to_string("alerts/standing.html", {**context, "is_followed": False})
    assert "Nobody follows this stream now" in shown
    assert "as of 2026-03-02T06:58, judged 2026-03-02 07:01" in shown
    assert render_to_string("alerts/standing.html", {**context, "is_followed": True}).strip() == ""


def test_a_stream_is_followed_as_long_as_somebody_renews_the_lease() -> None:
    from django.utils import timezone

    from tieout.server.alerts.models import Monitor
    from tieout.server.alerts.queries import current_status
    from tieout.server.alerts.store import DatabaseStore
    from tieout.server.api.watching import _last_minute

    store = DatabaseStore(MonitorSpec(monitor="cards"), holder="one")
    assert current_status()["followed"] is False
    store.leads()
    assert current_status()["followed"] is True
    last_minute = _last_minute.__wrapped__  # type: ignore[attr-defined]
    followed = last_minute("cards")
    Monitor.objects.update(leader_until=timezone.now() - timedelta(seconds=16))
    assert current_status()["followed"] is False
    assert last_minute("cards") != followed


def test_only_who_may_act_is_shown_how() -> None:
    assert drawn(8).count("Acknowledge</button>") == 8
    assert "Acknowledge" not in drawn(8, may_act=False)


def test_alerts_that_were_sent_are_told_in_words() -> None:
    from django.template.loader import render_to_string

    text = "info: backend_reversed_rate 5.00% against 0.10% usual, in 5 min"
    alert = SimpleNamespace(
        alert_id="a", at=datetime(2026, 3, 2, 7, 1, tzinfo=UTC), kind="escalated", severity="info",
        payload={"metric": "backend_reversed_rate", "text": text},
    )  # fmt: skip
    shown = render_to_string("alerts/history.html", {"alerts": [alert]})
    assert "info: backend reversed 5.00% against" in shown
    assert "got worse" in shown
    assert "backend_reversed" not in shown
