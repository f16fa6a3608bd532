"""One socket's talk, without a network: who may go on, how fast, and what a returning one gets."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.websockets import WebSocketDisconnect

from tieout.server.api import auth, live
from tieout.server.api.auth import ANYBODY, Caller, Tokens
from tieout.server.api.behind import Behind
from tieout.server.api.hub import Hub
from tieout.server.api.live import Talk
from tieout.server.api.metrics import Metrics
from tieout.server.api.middleware import Passage
from tieout.server.api.rates import Rates
from tieout.server.intake import queries

ANN = Caller("ann", 1, frozenset({"preparer"}), frozenset({"score"}))


class Socket:
    """The other side: what it sends, and what it was told."""

    def __init__(self, sends: Sequence[str], *, rates: Rates | None = None) -> None:
        self.sends = list(sends)
        self.heard: list[Any] = []
        self.closed: int | None = None
        self.client = SimpleNamespace(host="10.0.0.9")
        self.query_params: dict[str, str] = {}
        rates = rates or Rates(per_second=0, burst=1)
        self.app = SimpleNamespace(state=SimpleNamespace(hub=Hub(), tokens=Tokens(), rates=rates))

    async def receive_text(self) -> str:
        if not self.sends:
            raise WebSocketDisconnect
        return self.sends.pop(0)

    async def send_text(self, text: str) -> None:
        self.heard.append(json.loads(text))

    async def close(self, code: int, reason: str) -> None:
        self.closed = code
        self.sends.clear()


def talk_of(socket: Any) -> Talk:
    return Talk(socket)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> dict[str, Caller]:
    """The tokens that are good, looked up whenever they are used."""
    found = {"good": ANN}
    monkeypatch.setattr(auth, "_look_up", found.get)
    monkeypatch.setattr(auth, "REMEMBERED_SECONDS", 0.0)
    monkeypatch.setattr(live, "REMEMBERED_SECONDS", 0.0)
    return found


def test_a_first_message_that_is_none_is_answered_and_not_an_error_of_ours() -> None:
    socket = Socket(["{ no json"])
    assert asyncio.run(talk_of(socket).enter("")) is False
    assert [each["status"] for each in socket.heard] == [400]
    assert socket.closed == 4401


def test_a_token_that_is_revoked_ends_the_talk(known: dict[str, Caller]) -> None:
    socket = Socket(['{"ping": 1}', '{"ping": 2}', '{"ping": 3}'])
    talk = talk_of(socket)

    async def run() -> None:
        assert await talk.enter("good")
        socket.sends, later = socket.sends[:1], socket.sends[1:]
        with pytest.raises(WebSocketDisconnect):
            await talk.go_on()
        known.clear()
        socket.sends = later
        await talk.go_on()

    asyncio.run(run())
    assert [each["type"] for each in socket.heard] == ["pong", "error"]
    assert socket.closed == 4401


def test_a_subscriber_whose_token_is_revoked_is_told_nothing_more(
    known: dict[str, Caller],
) -> None:
    socket = Socket([])
    talk = talk_of(socket)

    async def run() -> None:
        assert await talk.enter("good")
        await talk._subscribe({})
        socket.app.state.hub.publish(1, {"score": 0.5})
        while len(socket.heard) < 2:
            await asyncio.sleep(0)
        known.clear()
        socket.app.state.hub.publish(2, {"score": 0.75})
        while socket.closed is None:
            await asyncio.sleep(0)
        await talk.leave()

    asyncio.run(asyncio.wait_for(run(), 20))
    assert [each.get("id") for each in socket.heard if each["type"] == "finding"] == [1]


def test_a_caller_waits_for_its_turn_on_a_socket_as_elsewhere(known: dict[str, Caller]) -> None:
    now = [0.0]
    rates = Rates(per_second=2, burst=1, clock=lambda: now[0])
    socket = Socket(['{"ping": 1}', '{"ping": 2}'], rates=rates)
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        now[0] += seconds

    talk = talk_of(socket)

    async def run(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(asyncio, "sleep", sleep)
        assert await talk.enter("good")
        with pytest.raises(WebSocketDisconnect):
            await talk.go_on()

    with pytest.MonkeyPatch.context() as monkeypatch:
        asyncio.run(run(monkeypatch))
    # Its address asked for entry, the token for the first message, and the second one waits.
    assert waited == [0.5]
    assert [each["ping"] for each in socket.heard] == [1, 2]
    assert known == {"good": ANN}


def test_all_that_was_missed_comes_a_page_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def page(after: int) -> list[SimpleNamespace]:
        asked.append(after)
        # Number 5 was never given to a finding.
        return [SimpleNamespace(pk=n) for n in range(after + 1, 12) if n != 5][:3]

    monkeypatch.setattr(queries, "findings_after", page)
    monkeypatch.setattr(queries, "told", lambda finding: {"id": finding.pk})
    hub = Hub(last_id=8, kept_max=2)
    hub.publish(9, {})
    hub.publish(10, {})

    async def missed() -> list[int]:
        return [identity async for identity, _ in live._earlier(1, hub)]

    assert asyncio.run(missed()) == [2, 3, 4, 6, 7, 8]
    assert asked == [1, 4]
    assert asyncio.run(asyncio.wait_for(_all(live._earlier(40, hub)), 5)) == []


async def _all(found: Any) -> list[Any]:
    return [each async for each in found]


def test_one_token_is_one_caller_however_spelt_and_guesses_are_their_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(auth, "_look_up", {"good": ANYBODY}.get)
    tokens = Tokens()

    async def nothing(*_: Any) -> None:
        raise AssertionError("nobody asks")

    passage = Passage(
        nothing,
        metrics=Metrics(),
        rates=Rates(per_second=1, burst=1),
        tokens=tokens,
        body_bytes_max=1,
        unlimited=frozenset(),
    )

    def who(header: str) -> str:
        headers = Headers({"authorization": header})
        return passage._caller({"client": ("10.0.0.9", 7)}, headers)

    assert who("Bearer good") == "10.0.0.9"
    for text in ("good", "guess"):
        asyncio.run(tokens.caller(text))
    assert len({who(f"{word} good") for word in ("Bearer", "bearer", "BEARER")}) == 1
    assert who("Bearer good") != "10.0.0.9"
    assert {who("Bearer guess"), who("Bearer other"), who("Basic good"), who("")} == {"10.0.0.9"}


def test_nobody_is_let_in_before_it_is_known_how_far_findings_go(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tieout.server.intake.queries.last_finding_id", lambda: 17)
    monkeypatch.setattr("tieout.server.intake.queries.findings_after", lambda _: [])
    monkeypatch.setattr("tieout.server.intake.services.take_over", lambda _: 0)
    hub = Hub()

    async def known() -> int:
        async with Behind(tmp_path, hub, Metrics()).at_work():
            return hub.last_id

    assert asyncio.run(known()) == 17
