"""The WebSocket, talked to by a real client."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.server.api.conftest import Server
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

USUAL = {"customer_id": "C0000001", "amount": 12.0, "currency": "EUR"}


def odd(number: int) -> dict[str, Any]:
    return {
        "transaction_id": f"T-WS-{number}",
        "timestamp": "2026-01-03T14:00:00",
        "customer_id": "C0000001",
        "amount": 5e6 + number,
        "currency": "EUR",
    }


def address(server: Server, query: str = "") -> str:
    return f"ws://127.0.0.1:{server.port}/ws{query}"


async def ask(socket: ClientConnection, message: Any) -> dict[str, Any]:
    await socket.send(message if isinstance(message, str) else json.dumps(message))
    return await hear(socket)


async def hear(socket: ClientConnection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 30))
    return found


def talk(
    server: Server, what: Callable[[ClientConnection], Awaitable[None]], who: str = "preparer"
) -> None:
    async def run() -> None:
        async with connect(address(server, f"?token={server.tokens[who]}")) as socket:
            await what(socket)

    asyncio.run(run())


def test_a_record_and_a_list_are_answered(server: Server) -> None:
    async def what(socket: ClientConnection) -> None:
        one = await ask(socket, odd(1))
        assert one["type"] == "result"
        assert one["is_flag"] is True
        named = await ask(socket, {"id": "a7", "record": USUAL})
        assert (named["type"], named["reply_to"]) == ("result", "a7")
        many = await ask(socket, [USUAL, odd(2)])
        assert many["type"] == "results"
        assert [each["is_flag"] for each in many["results"]] == [False, True]
        assert await ask(socket, {"ping": 3}) == {"type": "pong", "ping": 3}

    talk(server, what)


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ("{", 400),
        ("[" * 50_000, 400),
        ("7", 422),
        ([], 422),
        ({"amount": "abc"}, 422),
        ({"weather": "rain"}, 422),
        ([{"amount": 1}, 5], 422),
        ({"record": {"amount": 1}, "profile": "journal"}, 409),
        ({"subscribe": {"last_id": "x"}}, 422),
    ],
)
def test_a_bad_message_is_answered_and_the_talk_goes_on(
    server: Server, message: Any, status: int
) -> None:
    async def what(socket: ClientConnection) -> None:
        answer = await ask(socket, message)
        assert (answer["type"], answer["status"]) == ("error", status)
        assert (await ask(socket, USUAL))["type"] == "result"

    talk(server, what)


def test_subscribers_are_told_and_come_back_where_they_were(server: Server) -> None:
    async def what(socket: ClientConnection) -> None:
        began = await ask(socket, {"subscribe": {}})
        assert began["type"] == "subscribed"
        async with connect(address(server, f"?token={server.tokens['reviewer']}")) as other:
            for number in range(10, 13):
                assert (await ask(other, odd(number)))["is_flag"]
            mine = [await hear(socket) for _ in range(3)]
            assert [each["record"]["transaction_id"] for each in mine] == [
                "T-WS-10",
                "T-WS-11",
                "T-WS-12",
            ]
            ids = [each["id"] for each in mine]
            assert ids == sorted(ids)
            assert began["last_id"] < ids[0]
            resumed = await ask(other, {"subscribe": {"last_id": ids[0]}})
            assert resumed["type"] == "subscribed"
            assert [(await hear(other))["id"] for _ in range(2)] == ids[1:]
        assert (await ask(socket, {"unsubscribe": True}))["type"] == "unsubscribed"

    talk(server, what)


def test_findings_of_before_a_restart_are_told_to_who_comes_back(
    own_server: Callable[..., Server],
) -> None:
    server = own_server()
    server.start()

    async def first(socket: ClientConnection) -> None:
        await ask(socket, {"subscribe": {}})
        await socket.send(json.dumps([odd(1), odd(2), odd(3)]))
        kinds = [(await hear(socket))["type"] for _ in range(4)]
        assert sorted(kinds) == ["finding", "finding", "finding", "results"]

    talk(server, first)
    server.stop()
    server.start()

    async def later(socket: ClientConnection) -> None:
        await ask(socket, {"subscribe": {"last_id": 1}})
        assert [(await hear(socket))["id"] for _ in range(2)] == [2, 3]

    talk(server, later)


def test_the_token_may_come_as_header_protocol_or_first_message(server: Server) -> None:
    token = server.tokens["preparer"]

    async def run() -> None:
        headers = {"Authorization": f"Bearer {token}"}
        async with connect(address(server), additional_headers=headers) as socket:
            assert (await ask(socket, USUAL))["type"] == "result"
        protocols: Any = ["tieout", f"tieout.token.{token}"]
        async with connect(address(server), subprotocols=protocols) as socket:
            assert socket.subprotocol == "tieout"
            assert (await ask(socket, USUAL))["type"] == "result"
        async with connect(address(server)) as socket:
            assert (await ask(socket, {"token": token}))["type"] == "welcome"
            assert (await ask(socket, USUAL))["type"] == "result"

    asyncio.run(run())


@pytest.mark.parametrize("query", ["?token=wrong", "?token={no role}", "?token={read only}"])
def test_who_may_not_score_is_shown_out(server: Server, query: str) -> None:
    for name, token in server.tokens.items():
        query = query.replace(f"{{{name}}}", token)

    async def run() -> None:
        async with connect(address(server, query)) as socket:
            answer = await hear(socket)
            assert answer["status"] in {401, 403}
            with pytest.raises(ConnectionClosed) as caught:
                await socket.recv()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 4401

    asyncio.run(run())


def test_without_a_token_nothing_is_scored(server: Server) -> None:
    async def run() -> None:
        async with connect(address(server)) as socket:
            assert (await ask(socket, USUAL))["status"] == 401

    asyncio.run(run())


def test_open_scoring_asks_callers_of_this_machine_for_no_token(
    own_server: Callable[..., Server],
) -> None:
    server = own_server()
    server.start("--open-scoring")

    async def run() -> None:
        async with connect(address(server)) as socket:
            assert (await ask(socket, USUAL))["type"] == "result"

    asyncio.run(run())
    client = server.client("")
    assert client.post("/realtime_anomaly/", json=USUAL).status_code == 200
    assert client.post("/batch_anomaly/", json=[USUAL]).status_code == 200
    assert client.get("/api/v1/runs").status_code == 401
