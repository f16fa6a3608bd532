"""`tieout monitor`: watch a stream of statuses, amounts and latencies."""

import json
import signal
import sys
import threading
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from tieout.cli.options import (
    EXIT_LIMIT_PASSED,
    JsonOption,
    MemoryOption,
    OutOption,
    TempOption,
    WorkspaceOption,
    parse_limit,
    shown_progress,
)
from tieout.model.errors import InputError

if TYPE_CHECKING:
    from tieout.monitor.engine import Minute, Monitor
    from tieout.pipeline.monitoring.replay import ReplayResult

app = typer.Typer(help="Watch live rates: episodes and alerts.", no_args_is_help=True)

_SEVERITIES: Final = ("info", "warning", "critical", "severe")
_MEASURES: Final = ("episodes", "fired", "alerts")


@app.callback()
def _kinds() -> None:
    """Watch live rates: episodes and alerts."""


@app.command("replay")
def replay_command(  # noqa: PLR0913, PLR0917 - each is an option of the command
    file: Annotated[
        str, typer.Argument(help="File, glob, or URL#table of events or of counts by minute.")
    ],
    spec: Annotated[
        Path | None,
        typer.Option("--spec", help="What is read, counted and out of limits, in YAML."),
    ] = None,
    speed: Annotated[
        str, typer.Option("--speed", help="Times as fast as it happened, or max.")
    ] = "max",
    out: OutOption = None,
    workspace: WorkspaceOption = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            "--fail-on",
            help="Exit 3 beyond this: a severity, or episodes=N, fired=N, alerts=N.",
        ),
    ] = None,
    memory: MemoryOption = None,
    temp: TempOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replay a file as if it came in live; the same file gives the same alerts at any speed."""
    from tieout.pipeline.monitoring.replay import ReplayJob, replay

    severity = fail_on if fail_on in _SEVERITIES else None
    limit = parse_limit(fail_on, _MEASURES) if fail_on and severity is None else None
    with shown_progress(quiet=as_json) as announce:
        result = replay(
            ReplayJob(
                file=file,
                spec=spec,
                speed=_speed(speed),
                out=out,
                workspace=workspace,
                memory_limit=memory,
                temp_directory=temp,
                announce=announce,
            )
        )
    show_replay(result, as_json=as_json)
    passed = severity is not None and _has(result, severity)
    if passed or (limit is not None and limit.is_passed(_measures(result))):
        sys.stderr.write(f"tieout: --fail-on {fail_on} was passed\n")
        raise typer.Exit(EXIT_LIMIT_PASSED)


@app.command("run")
def run_command(
    spec: Annotated[Path, typer.Argument(help="What is followed, in YAML; it has a `source`.")],
    workspace: WorkspaceOption = None,
    once: Annotated[
        bool, typer.Option("--once", help="Leave when no event has come for a moment.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Follow a stream live; its state survives restarts, its alerts go out by the outbox."""
    from tieout.monitor.spec import load_monitor_spec
    from tieout.server.boot import boot

    wanted = load_monitor_spec(spec)
    folder = boot(workspace)
    from tieout.server.alerts.running import run_monitor

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    live = run_monitor(wanted, folder, stop=stop, once=once, said=_say if not as_json else _silent)
    if as_json:
        found = {"monitor": wanted.monitor, **asdict(live.counted)}
        sys.stdout.write(json.dumps(found) + "\n")


def _say(minute: "Minute", _: "Monitor") -> None:
    """Alerts, as they are told."""
    from tieout.pipeline.monitoring.result import alert_text

    for sent in minute.alerts:
        sys.stdout.write(f"{sent.kind} {alert_text(sent.episode)}\n")
    sys.stdout.flush()


def _silent(_: "Minute", __: "Monitor") -> None:
    """Nothing but the object at the end."""


def replay_object(result: "ReplayResult") -> dict[str, Any]:
    """What `--json` prints."""
    manifest = result.manifest
    return {
        "run_id": manifest.run_id,
        "out": str(result.out),
        **manifest.counts,
        "choices": manifest.options["choices"],
        "conservation": all(side.holds for side in manifest.conservation.values()),
        "seconds": manifest.seconds["total"],
    }


def show_replay(result: "ReplayResult", *, as_json: bool) -> None:
    """Print a finished replay: one object, or a summary for people."""
    if as_json:
        sys.stdout.write(json.dumps(replay_object(result), ensure_ascii=False) + "\n")
        return
    from rich.console import Console

    from tieout.export.monitor_summary import print_monitor

    print_monitor(result.report, Console(file=sys.stdout))


def _measures(result: "ReplayResult") -> dict[str, Decimal]:
    return {name: Decimal(result.manifest.counts[name]) for name in _MEASURES}


def _has(result: "ReplayResult", severity: str) -> bool:
    """Whether any episode is at least as severe."""
    counts = result.manifest.counts["by_severity"]
    return any(counts[name] for name in _SEVERITIES[_SEVERITIES.index(severity) :])


def _speed(text: str) -> float | None:
    """Times as fast as it happened; None for max.

    >>> _speed("max"), _speed("60")
    (None, 60.0)
    """
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise InputError(f"--speed {text}: expected a number above 0, such as 60, or max")
    return speed
