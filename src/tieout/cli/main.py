"""`tieout`: where every command hangs, and where errors become exit codes."""

import sys
from typing import Annotated

import typer

from tieout import __version__
from tieout.cli import demo, doctor, generate, reconcile, repeat, schema
from tieout.model.errors import InputError

app = typer.Typer(
    name="tieout",
    help="Tie out two records of the same money, and carry every difference to its end.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("reconcile")(reconcile.reconcile_command)
app.command("repeat")(repeat.repeat_command)
app.command("demo")(demo.demo_command)
app.add_typer(generate.app, name="generate")
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


def main() -> None:
    """Run the command line; bad input or usage ends with one line on stderr and exit code 2."""
    try:
        app()
    except InputError as error:
        sys.stderr.write(f"tieout: {' '.join(str(error).split())}\n")
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(0)
    except KeyboardInterrupt:
        sys.stderr.write("tieout: stopped\n")
        sys.exit(130)
