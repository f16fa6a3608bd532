"""A live monitor as a process: the stream of a spec, the store of a workspace, alerts on disk."""

import json
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tieout.monitor.engine import Minute, Monitor
from tieout.monitor.spec import MonitorSpec
from tieout.pipeline.monitoring.live import Live, shape_of
from tieout.pipeline.monitoring.open_stream import open_stream
from tieout.pipeline.monitoring.replayed import ReplayedStream
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
    Raises InputError for streams that cannot be opened.
    """
    shape = shape_of(spec)
    stream = open_stream(spec, shape)
    store = DatabaseStore(spec, holder=f"{socket.gethostname()}:{os.getpid()}")
    written = AlertsFile(workspace / "monitors" / spec.monitor / "alerts.jsonl", store.monitor_id)

    def watch(minute: Minute, monitor: Monitor) -> None:
        if minute.alerts:
            written.renew()
        said(minute, monitor)

    live = Live(spec, shape, stream, store, watch=watch)
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
        store.resign()
    return live


def _take_over(live: Live, store: DatabaseStore, stop: threading.Event) -> None:
    """Judge what is left; the lease of one that was killed has to end first.

    One that lives renews it, and judges: it is waited for no longer than a lease.
    """
    for _ in range(2 * int(LEASE_SECONDS) + 4):
        if store.leads() or stop.wait(0.5):
            break
    live.step(0.0)


class AlertsFile:
    """The alerts of a monitor as JSON lines, written from the database, whole or not at all."""

    def __init__(self, path: Path, monitor_id: int) -> None:
        self.path, self.monitor_id = path, monitor_id

    def renew(self) -> None:
        """Write all alerts anew; so none is missing after a process died, and none is twice."""
        rows = Alert.objects.filter(monitor_id=self.monitor_id).order_by("minute", "id")
        lines = [
            json.dumps(payload, ensure_ascii=False)
            for payload in rows.values_list("payload", flat=True)
        ]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        aside = self.path.with_suffix(".aside")
        text = "".join(f"{line}\n" for line in lines)
        aside.write_text(text, encoding="utf-8", newline="\n")
        aside.replace(self.path)
