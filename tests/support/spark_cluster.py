"""A standalone Spark of this machine: a master and two workers, as three processes of its own."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

WORKERS = 2
_SECONDS_MAX = 60


def free_port() -> int:
    """A port of the loopback that nobody has."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def spark_cluster() -> Iterator[str]:
    """HOST:PORT of a master whose workers have registered; all of it ends with the context."""
    import pyspark

    home = Path(pyspark.__file__).parent
    port = free_port()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spark-cluster-")))
        environment = os.environ | {
            "SPARK_HOME": str(home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_WORKER_DIR": str(folder / "work"),
            "SPARK_LOCAL_DIRS": str(folder / "local"),
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
        }
        place = "org.apache.spark.deploy"
        master = [f"{place}.master.Master", "--host", "127.0.0.1", "--port", str(port)]
        worker = [f"{place}.worker.Worker", f"spark://127.0.0.1:{port}", "-c", "1", "-m", "512m"]
        log = folder / "master.log"
        for number, command in enumerate([master, *[worker] * WORKERS]):
            told = stack.enter_context(
                (log if number == 0 else folder / f"worker{number}.log").open("wb")
            )
            process = subprocess.Popen(
                [str(home / "bin" / "spark-class"), *command, "--webui-port", str(free_port())],
                env=environment,
                stdout=told,
                stderr=subprocess.STDOUT,
            )
            stack.callback(_end, process)
        _await_workers(log)
        yield f"127.0.0.1:{port}"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _await_workers(log: Path) -> None:
    until = time.monotonic() + _SECONDS_MAX
    while time.monotonic() < until:
        told = log.read_text(encoding="utf-8", errors="replace")
        if told.count("Registering worker") >= WORKERS:
            return
        time.sleep(0.2)
    raise TimeoutError(f"no cluster of Spark within {_SECONDS_MAX} seconds: {told[-2000:]}")
