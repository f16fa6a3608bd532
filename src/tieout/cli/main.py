"""`tieout`: where every command hangs, and where errors become exit codes."""

import signal
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from tieout import __version__
from tieout.cli import (
    actions,
    analyze,
    close,
    demo,
    detect,
    doctor,
    explain,
    export,
    generate,
    keys,
    monitor,
    reconcile,
    repeat,
    rootcause,
    schema,
    serve,
    tokens,
    users,
    verify,
    worker,
)
from tieout.cli.start import collect_rarely, leave
from tieout.model.errors import InputError

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143

app = typer.Typer(
    name="tieout",
    help="Tie out two records of the same money, and carry every difference to its end.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("reconcile")(reconcile.reconcile_command)
app.command("analyze")(analyze.analyze_command)
app.command("detect")(detect.detect_command)
app.command("rootcause")(rootcause.rootcause_command)
app.add_typer(monitor.app, name="monitor")
app.command("explain")(explain.explain_command)
app.command("export")(export.export_command)
app.command("repeat")(repeat.repeat_command)
app.command("demo")(demo.demo_command)
app.add_typer(generate.app, name="generate")
app.add_typer(actions.app, name="actions")
app.command("serve")(serve.serve_command)
app.command("worker")(worker.worker_command)
app.command("verify")(verify.verify_command)
app.add_typer(users.app, name="users")
app.add_typer(tokens.app, name="tokens")
app.add_typer(keys.app, name="keys")
app.add_typer(close.app, name="close")
app.command("schema")(schema.schema_command)
app.command("doctor")(doctor.doctor_command)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", is_eager=True)
    ] = False,
) -> None:
    if version:
        sys.stdout.write(f"tieout {__version__}\n")
        raise typer.Exit


def command() -> None:
    """`main` as a process of its own."""
    try:
        main()
    except SystemExit as end:
        leave(end.code if isinstance(end.code, int) else 0)


def main() -> None:
    """Run the command line; bad input or usage ends with one line on stderr and exit code 2."""
    collect_rarely()
    # Being asked to stop removes temporary files too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_TERMINATED))
    try:
        code = app(standalone_mode=False)
    except InputError as error:
        _say(str(error))
        code = EXIT_BAD_INPUT
    except TyperException as error:
        # Called without a word, a command has shown its help already.
        if error.format_message():
            _say(f"{error.format_message()} {_way_to_help(error)}")
        code = EXIT_BAD_INPUT
    except (KeyboardInterrupt, typer.Abort):
        _say("stopped")
        code = EXIT_INTERRUPTED
    sys.exit(code if isinstance(code, int) else 0)


def _say(message: str) -> None:
    sys.stderr.write(f"tieout: {' '.join(message.split())}\n")


def _way_to_help(error: TyperException) -> str:
    context = getattr(error, "ctx", None)
    return f"(see {context.command_path if context else 'tieout'} --help)"
