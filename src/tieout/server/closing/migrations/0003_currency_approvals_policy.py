"""The currency of a ledger, approvals of differences, and how balances are certified."""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

# SQLite makes a table anew to add a column to it, and a view of the old one stands in its way.
_VIEWS = import_module("tieout.server.closing.migrations.0002_views").Migration.operations


def _around(operations: list[Operation]) -> list[Operation]:
    """Operations between the views' going and their coming back."""
    drop = [migrations.RunSQL(each.reverse_sql, each.sql) for each in _VIEWS]
    make = [migrations.RunSQL(each.sql, each.reverse_sql) for each in _VIEWS]
    return [*drop, *operations, *make]


class Migration(migrations.Migration):
    """Adds them."""

    dependencies = [
        ("closing", "0002_views"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = _around(
        [
            migrations.AddField(
                model_name="ledgerimport",
                name="currency",
                field=models.CharField(blank=True, max_length=10),
            ),
            migrations.AddField(
                model_name="period",
                name="policy",
                field=models.JSONField(default=dict),
            ),
            migrations.CreateModel(
                name="DifferenceApproval",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("amount", models.BigIntegerField()),
                    ("reason", models.TextField()),
                    ("approved_at", models.DateTimeField(auto_now_add=True)),
                    (
                        "approved_by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "certification",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="approvals",
                            to="closing.certification",
                        ),
                    ),
                ],
                options={
                    "ordering": ("-id",),
                },
            ),
        ]
    )
