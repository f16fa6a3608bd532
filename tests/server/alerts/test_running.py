"""`tieout monitor run` as a process: state over a kill, alerts on disk, the API beside it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker
from stream_outage import MINUTES, outage
from workspaces import run_code, run_tieout

SPEC = """
monitor: cards
source: {kind: file, path: minutes.csv, speed: SPEED, batch: 400}
live: {snapshot_minutes: 40}
"""
RUN = ["monitor", "run", "cards.yaml"]
ONCE = [*RUN, "--once", "--json"]
# A killed process leads until its lease is over; that need not be waited for.
LEASE_ENDS = """
from django.utils import timezone
from tieout.server.alerts.models import Monitor
Monitor.objects.update(leader_until=timezone.now())
"""
# Follows the spec, and kills itself by SIGKILL at the so-many-th call of one step. Its lease is
# short, so that the next process need not wait for its end.
DRIVER = """
import os, signal, sys, threading
from pathlib import Path

step, number = sys.argv[1], int(sys.argv[2])
from tieout.monitor.spec import load_monitor_spec
from tieout.server.boot import boot

folder = boot(Path())
from tieout.pipeline.monitoring.replayed import ReplayedStream
from tieout.server.alerts import running
from tieout.server.alerts.store import DatabaseStore

DatabaseStore.__init__.__kwdefaults__["lease_seconds"] = 0.2
owner = {"commit": ReplayedStream, "renew": running.AlertsFile}.get(step, DatabaseStore)
whole, calls = getattr(owner, step), []

def killed(self, *words):
    calls.append(step)
    answer = None if step == "renew" and len(calls) == number else whole(self, *words)
    if len(calls) == number:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer

setattr(owner, step, killed)
spec = load_monitor_spec(Path("cards.yaml"))
running.run_monitor(spec, folder, stop=threading.Event(), once=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with two hours of events and the spec of a monitor of them."""
    lines = ["timestamp,status"]
    lines += [f"{each['timestamp']},{each['status']}" for each in map(json.loads, outage())]
    rows = [lines[0]]
    for line in lines[1:]:
        moment, status = line.split(",")
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(int(moment)))
        rows.append(f"{at},{status}")
    (tmp_path / "minutes.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def alerts(folder: Path) -> list[tuple[str, str]]:
    """Kind and severity of what is on disk."""
    path = folder / "monitors" / "cards" / "alerts.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [(each["kind"], each["severity"]) for each in map(json.loads, lines)]


def followed(folder: Path, environment: dict[str, str], blocker: DjangoDbBlocker) -> dict[str, Any]:
    """What the command says at the end of the stream, run in this process."""
    address = environment.get("DATABASE_URL", "")
    done = run_tieout(folder, " ".join(ONCE), blocker, address=address)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_it_tells_once_over_a_kill_in_the_middle(
    folder: Path, server_environment: dict[str, str], django_db_blocker: DjangoDbBlocker
) -> None:
    (folder / "cards.yaml").write_text(SPEC.replace("SPEED", "1200"), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "tieout", *RUN],
        cwd=folder,
        env=server_environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    until = time.monotonic() + 120
    while ("fired", "info") not in alerts(folder) and time.monotonic() < until:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert alerts(folder) == [("fired", "info")]
    (folder / "cards.yaml").write_text(SPEC.replace("SPEED", "null"), encoding="utf-8")
    address = server_environment.get("DATABASE_URL", "")
    run_code(folder, LEASE_ENDS, django_db_blocker, address)
    for number in range(2):
        found = followed(folder, server_environment, django_db_blocker)
        assert found["monitor"] == "cards"
        assert number == 0 or found["events"] == 0, "the second time there is nothing new"
    assert alerts(folder) == [("fired", "info"), ("resolved", "info")]


def test_events_of_a_file_are_counted_once(
    folder: Path, server_environment: dict[str, str]
) -> None:
    (folder / "cards.yaml").write_text(SPEC.replace("SPEED", "null"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tieout", *ONCE],
        cwd=folder,
        env=server_environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found = json.loads(done.stdout)
    assert (found["events"], found["alerts"]) == (MINUTES * 40, 2)
    assert found["rejected"] == found["lost"] == 0


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("monitor: cards\n", "the spec has no `source`"),
        ("source: {kind: kafka, servers: '${NOWHERE}', topic: t}\n", "NOWHERE is not set"),
        ("source: {kind: pigeon}\n", "source"),
    ],
)
def test_a_spec_that_cannot_be_followed_is_said_in_one_line(
    folder: Path, django_db_blocker: DjangoDbBlocker, spec: str, said: str
) -> None:
    (folder / "cards.yaml").write_text(spec, encoding="utf-8")
    done = run_tieout(folder, " ".join(RUN), django_db_blocker)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("step", "number"),
    [
        ("add", 10),  # The batch is in the journal, in a transaction that never ends.
        ("keep", 10),  # All of it is written, and not committed.
        ("commit", 10),  # It is committed, and the source does not know.
        ("renew", 2),  # The alert is in the database, and not in its file.
    ],
)
def test_every_alert_is_told_once_over_a_kill(
    folder: Path,
    server_environment: dict[str, str],
    django_db_blocker: DjangoDbBlocker,
    step: str,
    number: int,
) -> None:
    (folder / "cards.yaml").write_text(SPEC.replace("SPEED", "null"), encoding="utf-8")
    died = subprocess.run(
        [sys.executable, "-c", DRIVER, step, str(number)],
        cwd=folder,
        env=server_environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    found = followed(folder, server_environment, django_db_blocker)
    assert found["lost"] == 0
    assert 0 < found["events"] <= 1200
    assert alerts(folder) == [("fired", "info"), ("resolved", "info")]
