"""`tieout demo`."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tieout.cli.options import shown_progress

if TYPE_CHECKING:
    from rich.console import Console

    from tieout.pipeline.demo import Demo

DEFAULT_WORKSPACE = Path("demo")


def demo_command(
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="Leave when the run is done; open no console.")
    ] = False,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Of the console.")] = 8000,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="Practice workspace; default ./demo.")
    ] = None,
) -> None:
    """Reconcile the books of a small practice company, and show what a run comes to."""
    from rich.console import Console

    from tieout.export.summary import print_summary
    from tieout.pipeline.demo import run_demo

    with shown_progress(quiet=False) as announce:
        demo = run_demo(workspace or DEFAULT_WORKSPACE, announce=announce)
    console = Console(file=sys.stdout)
    print_summary(demo.result.report, console)
    print_explained(demo, console)
    print_way_on(demo, console)
    if not no_serve:
        serve_demo(demo, port=port)


def serve_demo(demo: "Demo", *, port: int) -> None:
    """Open the console on the practice workspace, with somebody for each role."""
    from tieout.server.boot import boot
    from tieout.server.demo import open_practice_period, prepare_demo, watched
    from tieout.server.serving import Serving, require_safe, serve

    serving = Serving(port=port)
    require_safe(serving)
    with shown_progress(quiet=False) as announce:
        announce("practice data")
        payments, events, journal = _practice_data(demo.workspace.absolute() / "practice")
        announce("console")
        boot(demo.workspace, log=True)
        people = prepare_demo(demo.result.out.absolute(), payments)
        announce("close")
        open_practice_period(journal)
    sys.stdout.write("\nLog in as one of these; the passwords are shown once:\n")
    for each in people:
        sys.stdout.write(f"  {each.username:<10} {each.password}\n")
    sys.stdout.write(f"Console: {serving.address} (Ctrl+C ends it)\n")
    sys.stdout.flush()
    with watched(events, demo.workspace.absolute()):
        serve(serving)


def _practice_data(folder: Path) -> tuple[Path, Path, Path]:
    """Payments, events of a stream, and a journal; always the same."""
    from tieout.practice.ledger import generate_ledger
    from tieout.practice.payments import generate_payments
    from tieout.practice.rates import generate_rates
    from tieout.server.demo import PRACTICE_LINES, PRACTICE_PAYMENTS, PRACTICE_RATES

    payments = generate_payments(rows=PRACTICE_PAYMENTS, seed=1, out=folder / "payments")
    rates = generate_rates(rows=PRACTICE_RATES, seed=1, out=folder / "rates")
    ledger = generate_ledger(rows=PRACTICE_LINES, seed=1, out=folder / "ledger")
    return payments.transactions, rates.events, ledger.journal


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
