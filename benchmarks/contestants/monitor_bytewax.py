"""Bytewax: events of NDJSON counted by minute, status and two dimensions in tumbling windows.

Usage: monitor_bytewax.py EVENTS.ndjson OUT.json
OUT gets `events` (those counted), `seconds` and `cpu_seconds` of the flow alone, without imports.
"""

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import bytewax.operators as op
from bytewax.connectors.files import FileSource
from bytewax.dataflow import Dataflow
from bytewax.operators.windowing import EventClock, TumblingWindower, count_window
from bytewax.testing import TestingSink, run_main


def flow_of(path: Path, counts: list[Any]) -> Dataflow:
    """Lines to counts of a minute by status, acquirer and channel."""
    flow = Dataflow("counts")
    events = op.map("parse", op.input("read", flow, FileSource(path)), json.loads)
    counted = count_window(
        "count",
        events,
        EventClock(
            lambda event: datetime.fromisoformat(event["timestamp"]),
            wait_for_system_duration=timedelta(minutes=2),
        ),
        TumblingWindower(timedelta(minutes=1), datetime(2020, 1, 1, tzinfo=UTC)),
        lambda event: f"{event['status']}|{event['acquirer']}|{event['channel']}",
    )
    op.output("keep", counted.down, TestingSink(counts))
    return flow


def main(path: Path, out: Path) -> None:
    """Run the flow and tell how long it took."""
    counts: list[Any] = []
    flow = flow_of(path, counts)
    began, worked = time.perf_counter(), time.process_time()
    run_main(flow)
    told = {
        "events": sum(count for _key, (_window, count) in counts),
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - worked,
    }
    out.write_text(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
