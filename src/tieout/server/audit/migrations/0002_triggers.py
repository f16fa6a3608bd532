"""The database itself refuses to change or remove an entry."""

from typing import Any

from django.db import migrations

from tieout.server.audit.triggers import install, remove


def make(_: Any, schema_editor: Any) -> None:
    """Make the triggers."""
    install(schema_editor.connection)


def unmake(_: Any, schema_editor: Any) -> None:
    """Take them away."""
    remove(schema_editor.connection)


class Migration(migrations.Migration):
    """After the table."""

    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(make, unmake)]
