"""Real servers that play the other side: Jira, Slack, webhooks and mail, with bad days."""

import json
import ssl
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message as Mail
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Request:
    """One call as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Its body, read."""
        return json.loads(self.body)


@dataclass
class HttpSink:
    """What the server saw and did.

    script: what happens to the next calls, in order; then all is well. A number is an answer with
    that status and no effect; "lost" has its effect, but the connection ends without an answer;
    "hang" answers nothing for `hang_seconds` and has no effect; "redirect" points elsewhere.
    effects: how often each key had one. tickets: label to the keys of its tickets.
    """

    url: str = ""
    script: deque[int | str] = field(default_factory=deque)
    requests: list[Request] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)
    tickets: dict[str, list[str]] = field(default_factory=dict)
    retry_after: str = "7"
    hang_seconds: float = 1.5
    lock: threading.Lock = field(default_factory=threading.Lock)

    def act(self, request: Request) -> bytes:
        """Do what a call asks for; answers with the body."""
        parts = urlsplit(request.path)
        with self.lock:
            if parts.path.endswith("/search/jql"):
                label = parse_qs(parts.query)["jql"][0].rpartition('labels = "')[2].rstrip('"')
                keys = self.tickets.get(label, [])
                return json.dumps({"issues": [{"key": key} for key in keys]}).encode()
            if parts.path.endswith("/issue"):
                label = request.json["fields"]["labels"][1]
                key = f"OPS-{sum(map(len, self.tickets.values())) + 1}"
                self.tickets.setdefault(label, []).append(key)
                return json.dumps({"key": key}).encode()
            self._count(request)
            return b'{"ok": true}'

    def _count(self, request: Request) -> None:
        """A sink that knows idempotency keys counts the first of each."""
        key = request.headers.get("idempotency-key", "")
        if request.path.startswith("/events"):
            key = request.json["dedup_key"]
        if key not in self.effects:
            self.effects[key] = 1


@contextmanager
def http_server() -> Iterator[HttpSink]:
    """A server on loopback; paths under /jira play Jira, /events an events API."""
    sink = HttpSink()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        do_POST = do_PUT = do_PATCH = do_GET  # noqa: N815

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, self.path, headers, body)
            with sink.lock:
                sink.requests.append(request)
                step = sink.script.popleft() if sink.script else "ok"
            if step == "hang":
                time.sleep(sink.hang_seconds)
                self.close_connection = True
                return
            if isinstance(step, int) or step == "redirect":
                self._send(302 if step == "redirect" else int(step), b"not now")
                return
            answer = sink.act(request)
            if step == "lost":
                self.close_connection = True
                return
            self._send(200, answer)

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status in {429, 503}:
                self.send_header("Retry-After", sink.retry_after)
            if status == 302:
                self.send_header("Location", f"{sink.url}/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    sink.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class SmtpSink:
    """What the mail server saw.

    script: what happens to the next mails: "greylist" (451 at RCPT), "busy" (421), "lost" (it is
    taken, but the connection ends before the answer). refuses: addresses with no mailbox.
    effects: how often each Message-ID was put into a mailbox.
    """

    port: int = 0
    ca_file: str = ""
    username: str = "tieout"
    password: str = "a long secret"
    script: deque[str] = field(default_factory=deque)
    refuses: set[str] = field(default_factory=set)
    mails: list[Mail] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)
    logins: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        """Take a recipient, put off, or refuse."""
        if self.script and self.script[0] == "greylist":
            self.script.popleft()
            return "451 4.7.1 Greylisted, try again"
        if address in self.refuses:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail; a copy with a known Message-ID is dropped."""
        step = self.script.popleft() if self.script else "ok"
        if step == "busy":
            return "421 4.3.2 Too busy"
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content)
        self.mails.append(mail)
        if mail["Message-ID"] not in self.effects:
            self.effects[mail["Message-ID"]] = 1
        if step == "lost":
            transport: Any = server.transport
            transport.abort()
        return "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """Whether a login is right."""
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        is_right = (data.login.decode(), data.password.decode()) == (self.username, self.password)
        return AuthResult(success=is_right, handled=False)


class _AnyPort(Controller):
    """Learns the port that it got before it looks whether it answers there."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def smtp_server(folder: Path, *, tls: str = "starttls") -> Iterator[SmtpSink]:
    """A mail server on loopback with a certificate of its own; tls: starttls, tls or none."""
    sink = SmtpSink()
    certificate, key = certificate_for("localhost", folder)
    sink.ca_file = str(certificate)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    controller = _AnyPort(
        sink,
        hostname="127.0.0.1",
        port=0,
        ssl_context=context if tls == "tls" else None,
        tls_context=context if tls == "starttls" else None,
        require_starttls=tls == "starttls",
        authenticator=sink.authenticate if tls == "starttls" else None,
        auth_required=tls == "starttls",
        auth_require_tls=tls == "starttls",
    )
    controller.start()
    try:
        sink.port = controller.port
        yield sink
    finally:
        controller.stop()


def certificate_for(name: str, folder: Path) -> tuple[Path, Path]:
    """A certificate that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [
        x509.DNSName(name), x509.IPAddress(IPv4Address("127.0.0.1"))
    ]  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
