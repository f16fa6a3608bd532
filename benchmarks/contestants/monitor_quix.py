"""Quix Streams: events of a Kafka topic counted by minute in tumbling windows of each key.

Usage: monitor_quix.py SERVERS TOPIC EVENTS OUT.json
A message's key is its status and two dimensions, as one text. OUT gets `events` (those handled),
`seconds` from the first of them to the last, and `cpu_seconds` of this process in that time.
"""

import json
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from quixstreams import Application


@dataclass
class Seen:
    """What was handled, and when it began and ended."""

    events: int = 0
    began: float = 0.0
    worked: float = 0.0
    seconds: float = 0.0
    cpu_seconds: float = 0.0


def moment(value: Any, _headers: Any, _timestamp: float, _kind: Any) -> int:
    """Milliseconds of the event's own time."""
    return int(datetime.fromisoformat(value["timestamp"]).timestamp() * 1000)


def main(servers: str, name: str, count: int, out: Path) -> None:
    """Follow the topic until so many events were counted."""
    with tempfile.TemporaryDirectory() as state:
        app = Application(
            broker_address=servers,
            consumer_group="quix",
            auto_offset_reset="earliest",
            state_dir=state,
            use_changelog_topics=False,
            loglevel="WARNING",
        )
        topic = app.topic(
            name, value_deserializer="json", key_deserializer="str", timestamp_extractor=moment
        )
        # The broker of the tests tells no settings of a topic; Quix wants these two.
        told = topic.broker_config.extra_config
        told.setdefault("retention.ms", "-1")
        told.setdefault("retention.bytes", "-1")
        seen = Seen()

        def counted(_value: Any) -> None:
            if not seen.events:
                seen.began, seen.worked = time.perf_counter(), time.process_time()
            seen.events += 1
            if seen.events == count:
                seen.seconds = time.perf_counter() - seen.began
                seen.cpu_seconds = time.process_time() - seen.worked
                app.stop()

        frame = app.dataframe(topic)
        frame.tumbling_window(timedelta(minutes=1), timedelta(minutes=2)).count().current().update(
            counted
        )
        app.run(timeout=300)
    out.write_text(
        json.dumps(
            {
                "events": seen.events,
                "seconds": seen.seconds,
                "cpu_seconds": seen.cpu_seconds,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
