"""`tieout worker`."""

import signal
import threading
from typing import Annotated

import typer

from tieout.cli.options import WorkspaceOption


def worker_command(
    workspace: WorkspaceOption = None,
    once: Annotated[
        bool, typer.Option("--once", help="Leave when no job and no delivery is due any more.")
    ] = False,
) -> None:
    """Run the jobs that people and schedules ask for, and deliver what is due to be sent."""
    from tieout.server.boot import boot

    boot(workspace, log=True)
    from tieout.server.config import load_config
    from tieout.server.jobs.worker import work, work_off
    from tieout.server.outbox.delivering import deliver_due, delivering

    if once:
        work_off()
        deliver_due()
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with delivering():
        work(stop=stop, lease_seconds=load_config().lease_seconds)
