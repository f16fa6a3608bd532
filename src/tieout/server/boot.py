"""Brings Django up for a workspace: settings, secret key, tables."""

import os
import secrets
from pathlib import Path

from tieout.model.errors import InputError
from tieout.pipeline.workspace import WORKSPACE_VARIABLE, find_workspace

SETTINGS_MODULE = "tieout.server.settings"
SECRET_FILE = ".tieout-secret"  # noqa: S105 - the name of a file


def boot(workspace: Path | None = None, *, migrate: bool = True, log: bool = False) -> Path:
    """Set Django up for a workspace and bring its tables up to date; answers with the workspace.

    log: write what happens to the workspace's log; for processes that stay. A process serves one
    workspace. Raises InputError when the folder is not there, when another
    one was set up before, or when the database does not answer.
    """
    folder = find_workspace(workspace).absolute()
    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder; make it or choose another with --workspace")
    os.environ[WORKSPACE_VARIABLE] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE)
    _keep_secret(folder)

    import django
    from django.apps import apps
    from django.conf import settings

    if not apps.ready:
        django.setup()
    if folder != settings.WORKSPACE:
        raise InputError(f"this process serves {settings.WORKSPACE} already, not {folder}")
    if migrate:
        migrate_tables()
    if log:
        from tieout.server.config import load_config
        from tieout.server.logs import set_up_logging

        set_up_logging(folder, level=load_config().log_level)
    return folder


def migrate_tables() -> None:
    """Bring the tables up to date. Raises InputError when the database does not answer."""
    from django.core.management import call_command
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise InputError(f"the database can't be used: {error}") from error


def _keep_secret(folder: Path) -> None:
    """Make a key for this workspace once, for its owner's eyes only."""
    path = folder / SECRET_FILE
    if os.environ.get("TIEOUT_SECRET_KEY") or path.exists():
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        raise InputError(f"{path}: can't be written ({error.strerror})") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(48))
