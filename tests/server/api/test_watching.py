"""The live page's WebSocket lets in who is logged in to the console, from its own pages."""

import pytest
from tests.server.api.conftest import Server
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin


@pytest.mark.parametrize("cookie", ["", "tieout_session=nobody", "other=1"])
def test_who_is_not_logged_in_is_sent_away(server: Server, cookie: str) -> None:
    address = f"ws://127.0.0.1:{server.port}/watch/ws"
    headers = {"Cookie": cookie} if cookie else {}
    with connect(address, origin=Origin(server.url), additional_headers=headers) as socket:
        with pytest.raises(ConnectionClosed) as left:
            socket.recv(timeout=20)
        assert left.value.rcvd is not None
        assert left.value.rcvd.code == 4401


def test_a_page_of_another_origin_is_sent_away(server: Server) -> None:
    address = f"ws://127.0.0.1:{server.port}/watch/ws"
    with (
        connect(address, origin=Origin("https://elsewhere.example")) as socket,
        pytest.raises(ConnectionClosed),
    ):
        socket.recv(timeout=20)
