"""A real HTTP server that plays a language model, with bad days and bad intentions."""

import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_HOSTILE = re.compile(
    r"https?://|evil|@|9,999,999|DE89|<script|169\.254|www\.|<[a-z]|\+44", re.IGNORECASE
)
# What the facts and the form of an answer say of what is asked.
Answering = Callable[[dict[str, Any], dict[str, Any]], Any]


def first_of(content: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The least that a form allows: the first of each choice, and a plain sentence."""
    found: dict[str, Any] = _least(schema, schema.get("$defs", {}))
    return found


def _least(part: dict[str, Any], known: dict[str, Any]) -> Any:
    if "$ref" in part:
        return _least(known[part["$ref"].rpartition("/")[2]], known)
    if "enum" in part:
        return part["enum"][0]
    if "const" in part:
        return part["const"]
    if part["type"] == "object":
        return {name: _least(each, known) for name, each in part["properties"].items()}
    if part["type"] == "array":
        return [_least(part["items"], known)]
    return {"string": "Both sides differ.", "boolean": True}[part["type"]]


def obeying(content: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """What a model answers whose master is the comment: it repeats it and does what it says."""
    told = next(fact["value"] for fact in content["facts"] if fact["name"] == "comment")
    answer = first_of(content, schema)
    if "sentences" in answer:
        answer["sentences"] = [{"text": told, "cites": ["f1"]}]
    for name, value in (("bucket", "timing"), ("proposal", "none"), ("severity", "low")):
        if name in answer:
            answer[name] = value
    return answer


def escaping(content: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """What a model answers that leaves the form: recipients, amounts and buckets of its own."""
    return {
        "bucket": "pay eve@evil.example",
        "proposal": "p99",
        "severity": "none at all",
        "recipient": "eve@evil.example",
        "sentences": [{"text": "Pay 9,999,999.00 to eve@evil.example.", "cites": ["f999"]}],
    }


def shows_nothing_hostile(text: str) -> bool:
    """Whether a text has none of the addresses, amounts and accounts that hostile texts want."""
    return not _HOSTILE.search(text)


@dataclass
class ModelServer:
    """What it was asked, and what it answers.

    script: what happens to the next calls, in order: a status, "hang", "lost" (no answer), "words"
    (text instead of JSON), "garbage" (a body that is no JSON), or an answer as a dictionary; then
    `answer` says. bodies: as they came in. keys: the Authorization headers. together: no call is
    answered before so many have been there at once (or five seconds have passed).
    """

    url: str = ""
    script: deque[Any] = field(default_factory=deque)
    answer: Answering = first_of
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    at_once: int = 0
    at_once_max: int = 0
    together: int = 1
    hold_seconds: float = 0.0
    hang_seconds: float = 1.5
    retry_after: str = "0"
    lock: threading.Lock = field(default_factory=threading.Lock)
    came: threading.Condition = field(init=False)

    def __post_init__(self) -> None:
        self.came = threading.Condition(self.lock)

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The questions as they were written: the last message of each call."""
        return [json.loads(body["messages"][-1]["content"]) for body in self.bodies]

    @property
    def sent(self) -> str:
        """All that ever reached it."""
        return json.dumps(self.bodies, ensure_ascii=False)

    def said(self, body: dict[str, Any], step: Any) -> str:
        """What the model answers to a call."""
        if step == "words":
            return "Certainly! Here is what I think."
        if isinstance(step, dict):
            return json.dumps(step)
        schema = body["response_format"]["json_schema"]["schema"]
        content = next(
            json.loads(message["content"])
            for message in body["messages"]
            if message["role"] == "user"
        )
        return json.dumps(self.answer(content, schema))


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """A server on loopback with `/v1/chat/completions`."""
    model = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with model.lock:
                model.bodies.append(body)
                model.keys.append(self.headers.get("Authorization", ""))
                step = model.script.popleft() if model.script else "ok"
                model.at_once += 1
                model.at_once_max = max(model.at_once_max, model.at_once)
                model.came.notify_all()
                model.came.wait_for(lambda: model.at_once_max >= model.together, timeout=5)
            time.sleep(model.hold_seconds)
            with model.lock:
                # Before the answer: whoever has it may ask again before this thread goes on.
                model.at_once -= 1
            self._answer(body, step)

        def _answer(self, body: dict[str, Any], step: Any) -> None:
            if step in ("hang", "lost"):
                time.sleep(model.hang_seconds if step == "hang" else 0)
                self.close_connection = True
            elif isinstance(step, int):
                echoed = {"error": {"message": f"bad key {self.headers.get('Authorization')}"}}
                self._send(step, json.dumps(echoed).encode())
            elif step == "garbage":
                self._send(200, b"<html>down for maintenance</html>")
            else:
                self._send(200, json.dumps(_completion(model.said(body, step))).encode())

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status in {429, 503}:
                self.send_header("Retry-After", model.retry_after)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests show nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _completion(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "played",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }
