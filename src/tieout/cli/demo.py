"""`tieout demo`."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tieout.cli.options import shown_progress
from tieout.model.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from tieout.pipeline.demo import Demo

DEFAULT_WORKSPACE = Path("demo")


def demo_command(
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="Leave when all is done; open no console.")
    ] = False,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Of the console.")] = 8000,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="Practice workspace; default ./demo.")
    ] = None,
) -> None:
    """Do every job once on practice data, say what each found, and open the console on it."""
    from rich.console import Console

    from tieout.export.summary import print_summary
    from tieout.pipeline.demo import run_demo

    with shown_progress(quiet=False) as announce:
        demo = run_demo(workspace or DEFAULT_WORKSPACE, announce=announce)
    console = Console(file=sys.stdout)
    print_summary(demo.result.report, console)
    print_explained(demo, console)
    if no_serve:
        show_other_jobs(demo, console)
    print_way_on(demo, console)
    if not no_serve:
        serve_demo(demo, port=port)


def serve_demo(demo: "Demo", *, port: int) -> None:
    """Open the console on the practice workspace, with somebody for each role."""
    from tieout.pipeline.demo_jobs import write_practice
    from tieout.server.boot import boot
    from tieout.server.demo import demo_token, open_practice_period, prepare_demo, watched
    from tieout.server.serving import Serving, require_safe, serve

    serving = Serving(port=port)
    require_safe(serving)
    with shown_progress(quiet=False) as announce:
        announce("practice data")
        files = write_practice(demo.workspace.absolute())
        announce("console")
        boot(demo.workspace, log=True)
        people = prepare_demo(demo.result.out.absolute(), files.payments)
        announce("close")
        open_practice_period(files.journal)
        token = demo_token()
    sys.stdout.write("\nLog in as one of these; the passwords are shown once:\n")
    for each in people:
        sys.stdout.write(f"  {each.username:<10} {each.password}\n")
    sys.stdout.write(f"Token of the API, for a day: {token}\n")
    sys.stdout.write(
        f"Try: curl -H 'Authorization: Bearer {token}' {serving.address}api/v1/cases\n"
    )
    sys.stdout.write(f"Console: {serving.address} (Ctrl+C ends it)\n")
    sys.stdout.flush()
    with watched(files.events, demo.workspace.absolute()):
        serve(serving)


def show_other_jobs(demo: "Demo", console: "Console") -> None:
    """Carry out the other four jobs on practice data, and print what each found."""
    from rich.text import Text

    from tieout.pipeline.demo_jobs import demo_jobs, write_practice

    console.print(Text("\nThe other jobs", style="bold"))
    breaks = demo.result.out / "breaks.csv"
    with shown_progress(quiet=False) as announce:
        announce("practice data")
        files = write_practice(demo.workspace)
        steps = list(demo_jobs(demo.workspace, breaks, files, announce))
        announce("close")
        closing = close_in_brief(demo.workspace, files.journal)
    for step in steps:
        console.print(Text(f"  {step.job:<9}{step.sentence}"), soft_wrap=True)
        console.print(Text(f"  {'':<9}{step.report}", style="dim"), soft_wrap=True)
    console.print(Text(f"  {'close':<9}{closing}"), soft_wrap=True)
    workspace = shlex.quote(str(demo.workspace))
    status = f"tieout close status --workspace {workspace}"
    console.print(Text(f"  {'':<9}{status}", style="dim"), soft_wrap=True)


def close_in_brief(workspace: Path, journal: Path) -> str:
    """Open the practice period, do what waits for nobody, and say where the close stands.

    A process of its own each: a process sets the server up for one workspace, and a demonstration
    may be one of many. Raises InputError where a command fails.
    """
    from tieout.pipeline.demo_jobs import PRACTICE_PERIOD as PERIOD

    period = ["--period", PERIOD, "--workspace", str(workspace), "--json"]
    if (workspace / "tieout.db").exists():
        lines = ""
    else:
        kept = _tieout("close", "init", "--ledger", str(journal), *period)["ledger"]
        lines = f"{kept['kept']:,} journal lines imported, {kept['held']:,} held; "
    _tieout("close", "run", *period)
    board = _tieout("close", "status", *period)
    done = sum(task["state"] == "completed" for task in board["tasks"])
    return (
        f"{PERIOD}: {lines}{done} of {len(board['tasks'])} tasks done, "
        f"next: {'; '.join(_ready(board))}"
    )


def _ready(board: dict[str, Any]) -> list[str]:
    ready = [task["name"].lower() for task in board["tasks"] if task["state"] == "ready"]
    return ready[:2] or ["nothing"]


def _tieout(*words: str) -> dict[str, Any]:
    ended = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "tieout", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tieout.server.settings"},
    )
    if ended.returncode:
        raise InputError(ended.stderr.strip().removeprefix("tieout: ") or "close: did not end well")
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def print_explained(demo: "Demo", console: "Console") -> None:
    """Print three breaks, each in a sentence with its proof below."""
    from rich.padding import Padding
    from rich.text import Text

    from tieout.export.words import label, plain
    from tieout.pipeline.demo import explained_breaks

    report = demo.result.report
    found = explained_breaks(report)
    if found:
        sides = f" (left is {report.left.name}, right is {report.right.name})"
        console.print()
        console.print(Text("Read like this", style="bold").append(plain(sides), style="not bold"))
    for each in found:
        sentence = f"{label(each.bucket)}. {each.sentence}"
        console.print(Padding(Text(plain(sentence, 400)), (0, 0, 0, 2), expand=False))
        console.print(
            Padding(Text(plain(each.proof, 400), style="dim"), (0, 0, 0, 4), expand=False)
        )


def print_way_on(demo: "Demo", console: "Console") -> None:
    """Print where the report is, and what to try next."""
    from rich.text import Text

    bank, ledger, labels, run, workspace = (
        shlex.quote(str(path))
        for path in (
            demo.files.bank,
            demo.files.ledger,
            demo.files.labels,
            demo.result.out,
            demo.workspace,
        )
    )
    console.print()
    # Paths and commands are for copying: they are never broken into lines.
    for style, line in (
        ("", f"Report: {demo.report}"),
        ("bold", "Next"),
        ("", f"  tieout reconcile {bank} {ledger} --spec {run}/spec.yaml --workspace {workspace}"),
        ("", "      edit the spec and see what changes; two files of your own need no spec"),
        ("", f"  tieout repeat {run} --workspace {workspace}"),
        ("", "      the same inputs give the same bytes"),
        ("", f"  cat {labels}"),
        ("", "      what was wrong on purpose: see whether every break was named rightly"),
    ):
        console.print(Text(line, style=style), soft_wrap=True)
