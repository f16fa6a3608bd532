"""A live monitor as a process: the stream of a spec, the store of a workspace, alerts on disk."""

import fcntl
import json
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from django.db import Error

from tieout.model.errors import InputError
from tieout.monitor.engine import Minute, Monitor
from tieout.monitor.spec import MonitorSpec
from tieout.pipeline.monitoring.live import Live, shape_of
from tieout.pipeline.monitoring.open_stream import open_stream
from tieout.pipeline.monitoring.replayed import ReplayedStream
from tieout.resolve.config import RESOLVE_FILE, workspace_resolve_spec
from tieout.server.alerts.models import Alert
from tieout.server.alerts.store import LEASE_SECONDS, DatabaseStore


def run_monitor(
    spec: MonitorSpec,
    workspace: Path,
    *,
    stop: threading.Event,
    once: bool = False,
    said: Callable[[Minute, Monitor], None] = lambda *_: None,
) -> Live:
    """Follow the spec's stream until `stop` is set; with `once`, until nothing comes any more.

    The workspace's database keeps its state; monitors/NAME/alerts.jsonl shows what was told.
    Raises InputError for streams that cannot be opened, and for routes that lead nowhere.
    """
    check_routes(spec, workspace)
    shape = shape_of(spec)
    stream = open_stream(spec, shape)
    store = DatabaseStore(spec, holder=f"{socket.gethostname()}:{os.getpid()}")
    written = AlertsFile(workspace / "monitors" / spec.monitor / "alerts.jsonl", store.monitor_id)

    def watch(minute: Minute, monitor: Monitor) -> None:
        if minute.alerts:
            written.renew()
        said(minute, monitor)

    live = Live(
        spec, shape, stream, store, watch=watch, stopping=stop.is_set, is_patient=not once
    )  # fmt: skip
    live.start()
    if isinstance(stream, ReplayedStream):
        # The file's columns are known once it was read; its times are the clock's past.
        live.shape = replace(shape, dimensions=stream.dimensions)
    written.renew()
    try:
        while not stop.is_set():
            if not live.step() and once:
                _take_over(live, store, stop)
                break
    finally:
        stream.close()
        with suppress(Error):
            store.resign()
    return live


def check_routes(spec: MonitorSpec, workspace: Path) -> None:
    """Raise InputError where an alert would be refused on its way: better now than in the night."""
    allowed = workspace_resolve_spec(workspace).channels
    for number, route in enumerate(spec.routes):
        if route.channel == "email":
            known = allowed.email.recipients if allowed.email else ()
            wanted, what = route.to, "recipients"
        else:
            known = tuple(getattr(allowed, route.channel))
            wanted, what = (route.target,), f"{route.channel} channels"
        strangers = [each for each in wanted if each not in known]
        if strangers:
            there = ", ".join(known) or "none"
            raise InputError(
                f"routes.{number}: {strangers[0]!r} is not in {RESOLVE_FILE} "
                f"of the workspace; its {what} are: {there}"
            )


def _take_over(live: Live, store: DatabaseStore, stop: threading.Event) -> None:
    """Judge what is left; the lease of one that was killed has to end first.

    One that lives renews it, and judges: it is waited for no longer than a lease.
    """
    for _ in range(2 * int(LEASE_SECONDS) + 4):
        if store.leads() or stop.wait(0.5):
            break
    live.step(0.0)


class AlertsFile:
    """The alerts of a monitor as JSON lines, each appended once it is in the database."""

    def __init__(self, path: Path, monitor_id: int) -> None:
        self.path, self.monitor_id = path, monitor_id
        self._last, self._read, self._written = 0, 0, set[str]()

    def renew(self) -> None:
        """Append what is in the database and not in the file, and have it on disk.

        After a process died none is missing and none is there twice: lines that others wrote are
        read first, and one that was cut short is taken away.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self._read_on(file)
            rows = Alert.objects.filter(monitor_id=self.monitor_id, pk__gt=self._last)
            for pk, payload in rows.order_by("minute", "id").values_list("pk", "payload"):
                self._last = max(self._last, pk)
                if payload["alert_id"] in self._written:
                    continue
                line = f"{json.dumps(payload, ensure_ascii=False)}\n".encode()
                self._read += file.write(line)
                self._written.add(payload["alert_id"])
            file.flush()
            os.fsync(file.fileno())

    def _read_on(self, file: BinaryIO) -> None:
        """The ids of lines since the last time."""
        size = file.seek(0, os.SEEK_END)
        if size < self._read:
            # Somebody has emptied it.
            self._read, self._last, self._written = 0, 0, set()
        file.seek(self._read)
        lines = file.read().splitlines(keepends=True)
        if lines and not lines[-1].endswith(b"\n"):
            file.truncate(size - len(lines.pop()))
        for line in lines:
            self._read += len(line)
            with suppress(ValueError, KeyError, TypeError):
                self._written.add(json.loads(line)["alert_id"])
