"""`tieout close`: the close of a period from its first task to its lock."""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tieout.cli.options import (
    EXIT_LIMIT_PASSED,
    JsonOption,
    WorkspaceOption,
    parse_day,
    parse_limit,
)
from tieout.model.errors import InputError

if TYPE_CHECKING:
    from tieout.server.accounts.models import User
    from tieout.server.closing.board import Board
    from tieout.server.closing.models import LedgerImport, Period

app = typer.Typer(help="Close a period: tasks, ledger, tests, packet.", no_args_is_help=True)
PeriodOption = Annotated[
    str | None, typer.Option("--period", help="Month such as 2026-10; default the last opened.")
]
UserOption = Annotated[
    str | None, typer.Option("--user", help="Who does it, by user name; default the system.")
]
_MEASURES = ("failed", "late", "open")


@app.command("init")
def init_command(  # noqa: PLR0913, PLR0917 - each is an option of the command
    period: PeriodOption = None,
    ledger: Annotated[
        str | None, typer.Option("--ledger", help="Journal to import: file, URL#table, beancount.")
    ] = None,
    accounts: Annotated[
        str | None,
        typer.Option("--accounts", help="Chart or trial balance; default accounts.csv beside it."),
    ] = None,
    calendar: Annotated[
        Path | None, typer.Option("--calendar", help="Tasks, YAML or JSON; default month-end.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="FIELD=NAME of a column of the journal; repeatable."),
    ] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", help="Currency of the ledger; others are held.")
    ] = None,
    material: Annotated[
        str | None,
        typer.Option("--material", help="Variance to explain: AMOUNT[,PERCENT]."),
    ] = None,
    user: UserOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open a period with its tasks, and import a journal; either may be done alone later."""
    from tieout.close.tasks.template import read_calendar, standard_calendar

    if period is None and ledger is None and accounts is None:
        raise InputError("name a month: --period 2026-10 (or a journal to import: --ledger FILE)")
    chosen = read_calendar(calendar) if calendar else standard_calendar()
    amount, percent = _material(material)
    columns = _columns(column)
    _make(workspace)
    _boot(workspace)
    from tieout.server.closing.ledger import LedgerFile, import_accounts, import_ledger
    from tieout.server.closing.models import Period
    from tieout.server.closing.services import open_period

    actor = _actor(user)
    opened = imported = None
    is_there = period is not None and Period.objects.filter(name=period).exists()
    if period is not None and not ((ledger or accounts) and is_there):
        opened = open_period(
            period, chosen, actor=actor, material_amount=amount, material_percent=percent
        )
    if ledger is not None:
        file = LedgerFile(ledger, accounts, columns, currency)
        imported = import_ledger(file, actor=actor)
    elif accounts is not None:
        imported = import_accounts(accounts, actor=actor)
    _show_init(period, len(chosen.tasks) if opened else 0, imported, as_json=as_json)


@app.command("status")
def status_command(
    period: PeriodOption = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Day to plan from, in place of today.")
    ] = None,
    fail_on: Annotated[
        str | None, typer.Option("--fail-on", help="Exit 3 beyond failed=N, late=N or open=N.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tasks with their dates and slack, the critical path and the day of the close."""
    moment = parse_day(as_of, "--as-of")
    limit = parse_limit(fail_on, _MEASURES) if fail_on else None
    _boot(workspace)
    from tieout.server.closing.board import board_of, status_object
    from tieout.server.closing.queries import find_period

    board = board_of(find_period(period), moment=moment)
    if as_json:
        sys.stdout.write(json.dumps(status_object(board), ensure_ascii=False) + "\n")
    else:
        from tieout.export.close_terminal import print_board

        print_board(_board_lines(board), _board_facts(board))
    if limit is not None:
        states = [task.state for task in board.tasks]
        values = {
            "failed": Decimal(states.count("failed")),
            "late": Decimal(sum(board.is_late(task) for task in board.tasks)),
            "open": Decimal(sum(state not in {"completed", "skipped"} for state in states)),
        }
        if limit.is_passed(values):
            raise typer.Exit(EXIT_LIMIT_PASSED)


@app.command("run")
def run_command(
    period: PeriodOption = None,
    task: Annotated[str | None, typer.Option("--task", help="Only this one, by its id.")] = None,
    fail_on: Annotated[
        str | None, typer.Option("--fail-on", help="Exit 3 beyond failed=N of those that ran.")
    ] = None,
    user: UserOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the automated tasks that are ready, and those that become ready by them."""
    limit = parse_limit(fail_on, ("failed",)) if fail_on else None
    _boot(workspace)
    from tieout.server.closing.queries import find_period
    from tieout.server.closing.running import run_period

    found = find_period(period)
    done = run_period(found, only=task, actor=_actor(user))
    rows = [{"id": each.code, "state": each.state, "text": each.reason} for each in done]
    failed = sum(each.state == "failed" for each in done)
    if as_json:
        result = {"period": found.name, "ran": rows, "failed": failed}
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    else:
        for row in rows:
            sys.stdout.write(f"{row['id']}: {row['state']}. {row['text']}\n")
        if not rows:
            sys.stdout.write(f"nothing to run in {found.name}: {_why_nothing_runs(found)}\n")
    if limit is not None and limit.is_passed({"failed": Decimal(failed)}):
        raise typer.Exit(EXIT_LIMIT_PASSED)


@app.command("report")
def report_command(
    period: PeriodOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder; default close/PERIOD in the workspace.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the period packet (HTML, PDF) and the exceptions by account (HTML, XLSX)."""
    _boot(workspace)
    from tieout.server.closing.packet import write_report
    from tieout.server.closing.queries import find_period

    found = find_period(period)
    paths = write_report(found, out)
    if as_json:
        result = {"period": found.name, "files": [str(path) for path in paths]}
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        return
    for path in paths:
        sys.stdout.write(f"{path}\n")


@app.command("sample")
def sample_command(
    period: PeriodOption = None,
    method: Annotated[
        str, typer.Option("--method", help="random (in strata of money), monetary_unit or risk.")
    ] = "random",
    size: Annotated[int, typer.Option("--size", help="How many entries.")] = 25,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same entries.")] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", help="CSV file to write, in place of printing it.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw entries of a period for an audit, as CSV: at random, by monetary unit or by risk."""
    _boot(workspace)
    from tieout.export.table import escape_cells, write_csv
    from tieout.server.closing.queries import find_period
    from tieout.server.closing.sampling import SampleRequest, draw_sample

    found = find_period(period)
    drawn = draw_sample(found, SampleRequest(method, size, seed))
    if out is not None:
        write_csv(drawn, out)
    if as_json:
        rows = [{**row, "amount": str(row["amount"]), "effective": str(row["effective"])}
                for row in drawn.iter_rows(named=True)]  # fmt: skip
        result = {"period": found.name, "method": method, "seed": seed, "entries": rows}
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    elif out is None:
        sys.stdout.write(escape_cells(drawn).write_csv())
    else:
        sys.stdout.write(f"{out}: {drawn.height} entries\n")


def _why_nothing_runs(period: "Period") -> str:
    """Why no task runs: none is ready, or what is marked as automated names no job."""
    marked = period.tasks.filter(is_automated=True, job="", state="ready")
    codes = ", ".join(marked.values_list("code", flat=True))
    if not codes:
        return "no automated task is ready"
    return f"{codes} is automated elsewhere; a task with `job:` runs here"


def _make(workspace: Path | None) -> None:
    """A workspace that is named and is not there yet."""
    if workspace is None:
        return
    try:
        workspace.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--workspace {workspace}: can't be made ({error.strerror})") from error


def _boot(workspace: Path | None) -> None:
    from tieout.server.boot import boot

    boot(workspace)


def _actor(name: str | None) -> "User | None":
    if name is None:
        return None
    from tieout.server.accounts.models import User

    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise InputError(f"--user {name}: there is no such user; see tieout users list")
    return found


def _columns(pairs: list[str] | None) -> dict[str, str]:
    """FIELD=NAME pairs.

    >>> _columns(["effective=Booking Date"])
    {'effective': 'Booking Date'}
    """
    found = {}
    for pair in pairs or []:
        field, mark, name = pair.partition("=")
        if not mark or not name:
            raise InputError(f"--column {pair}: expected FIELD=NAME such as effective=BookingDate")
        found[field.strip()] = name.strip()
    return found


def _material(text: str | None) -> tuple[int | None, float | None]:
    """Amount in units of 0.01 and percent.

    >>> _material("5000,7.5"), _material(None)
    ((500000, 7.5), (None, None))
    """
    if text is None:
        return None, None
    amount, _, percent = text.partition(",")
    try:
        return int(Decimal(amount) * 100), float(percent) if percent else None
    except (ArithmeticError, ValueError):
        expected = "5000, or 5000,10 with a percentage"
        raise InputError(f"--material {text}: expected {expected}") from None


def _show_init(
    period: str | None, tasks: int, imported: "LedgerImport | None", *, as_json: bool
) -> None:
    result: dict[str, Any] = {"period": period, "tasks": tasks, "ledger": None}
    if imported is not None:
        kinds: dict[str, int] = {}
        for kind in imported.exceptions.values_list("kind", flat=True):
            kinds[kind] = kinds.get(kind, 0) + 1
        names = ("file", "rows", "kept", "held", "repeated", "rejected")
        result["ledger"] = {
            **{name: getattr(imported, name) for name in names}, "exceptions": kinds,
        }  # fmt: skip
    if as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        return
    if tasks:
        sys.stdout.write(f"{period} is open with {tasks} tasks\n")
    if imported is not None:
        sys.stdout.write(
            f"{imported.file}: {imported.rows:,} lines read, {imported.kept:,} kept, "
            f"{imported.held:,} held, {imported.repeated:,} there already, "
            f"{imported.rejected:,} unreadable\n"
        )
        for kind, count in sorted(result["ledger"]["exceptions"].items()):
            sys.stdout.write(f"  {count:,} {kind.replace('_', ' ')}\n")
    if period:
        sys.stdout.write(f"next: tieout close status --period {period}\n")


def _board_lines(board: "Board") -> list[tuple[str, ...]]:
    critical = set(board.critical_ids)
    return [
        (
            task.code,
            task.name,
            f"{task.state}{' (late)' if board.is_late(task) else ''}",
            task.due.isoformat(),
            board.planned(place).isoformat(),
            f"{board.schedule.slack[place]:.1f}",
            "*" if task.code in critical else "",
            task.owner,
        )
        for place, task in enumerate(board.tasks)
    ]


def _board_facts(board: "Board") -> list[str]:
    from tieout.server.closing.board import outlook

    facts = [f"{board.period.name} is {board.period.state}, closed by {board.close_date}"]
    if not board.period.is_locked:
        found = outlook(board)
        early, late = (board.timeline.day_of(each) for each in (found.early, found.late))
        facts[0] += f" (80 % between {early} and {late})"
        facts.append(f"critical path: {' > '.join(board.critical_ids)}")
    return facts
