"""The ledger's tables, and those of tasks, certified balances and explanations."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tieout.close.tasks.model


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=100, unique=True)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("type", models.CharField(blank=True, max_length=20)),
                ("opening", models.BigIntegerField(default=0)),
                ("closing", models.BigIntegerField(null=True)),
                ("is_known", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ("code",),
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=200, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="LedgerUser",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=150, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="JournalEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=200, unique=True)),
                ("effective", models.DateField(db_index=True)),
                ("posted_at", models.DateTimeField(null=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("description", models.TextField(blank=True)),
                ("origin", models.CharField(blank=True, max_length=100)),
                ("counterparty", models.CharField(blank=True, max_length=300)),
                ("held", models.BooleanField(default=False)),
                (
                    "document",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="closing.document",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="JournalLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.BigIntegerField()),
                ("amount", models.BigIntegerField()),
                ("currency", models.CharField(blank=True, max_length=10)),
                ("row", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="closing.account",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="closing.journalentry",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="LedgerImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file", models.CharField(max_length=500)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("rows", models.BigIntegerField()),
                ("kept", models.BigIntegerField()),
                ("held", models.BigIntegerField()),
                ("repeated", models.BigIntegerField(default=0)),
                ("rejected", models.BigIntegerField()),
                ("known", models.JSONField(default=list)),
                ("imported_at", models.DateTimeField(auto_now_add=True)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="LedgerException",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(db_index=True, max_length=30)),
                ("severity", models.CharField(max_length=10)),
                ("entry", models.CharField(blank=True, max_length=200)),
                ("account", models.CharField(blank=True, max_length=100)),
                ("row", models.BigIntegerField(null=True)),
                ("amount", models.BigIntegerField(null=True)),
                ("text", models.TextField()),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exceptions",
                        to="closing.ledgerimport",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.AddField(
            model_name="journalentry",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="closing.ledgerimport",
            ),
        ),
        migrations.AddField(
            model_name="journalentry",
            name="approved_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="approved",
                to="closing.ledgeruser",
            ),
        ),
        migrations.AddField(
            model_name="journalentry",
            name="prepared_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="prepared",
                to="closing.ledgeruser",
            ),
        ),
        migrations.CreateModel(
            name="Period",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=7, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("locked", "Locked")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("calendar", models.CharField(max_length=200)),
                ("holidays", models.CharField(blank=True, max_length=20)),
                ("hours_per_day", models.FloatField(default=8.0)),
                ("material_amount", models.BigIntegerField(default=100000)),
                ("material_percent", models.FloatField(default=10.0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("locked_at", models.DateTimeField(null=True)),
                (
                    "locked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="LockedBalance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opening", models.BigIntegerField()),
                ("movement", models.BigIntegerField()),
                ("closing", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="closing.account"
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="balances",
                        to="closing.period",
                    ),
                ),
            ],
            options={
                "ordering": ("account__code",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("period", "account"), name="closing_locked_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FluxExplanation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("comparison", models.CharField(max_length=20)),
                ("fingerprint", models.CharField(max_length=16)),
                ("text", models.TextField()),
                ("written_at", models.DateTimeField(auto_now=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="closing.account"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="explanations",
                        to="closing.period",
                    ),
                ),
            ],
            options={
                "ordering": ("account__code", "comparison"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("period", "account", "comparison"), name="closing_flux_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Certification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("risk", models.CharField(max_length=10)),
                ("balance", models.BigIntegerField()),
                ("supported", models.BigIntegerField(null=True)),
                ("support", models.CharField(blank=True, max_length=30)),
                ("reference", models.CharField(blank=True, max_length=300)),
                ("explanation", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("not_due", "Not Due"),
                            ("prepared", "Prepared"),
                            ("certified", "Certified"),
                            ("decertified", "Decertified"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("is_automatic", models.BooleanField(default=False)),
                ("prepared_at", models.DateTimeField(null=True)),
                ("certified_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="closing.account"
                    ),
                ),
                (
                    "certified_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="certifications",
                        to="closing.period",
                    ),
                ),
            ],
            options={
                "ordering": ("account__code",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("period", "account"), name="closing_balance_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=300)),
                ("position", models.PositiveIntegerField()),
                ("depends_on", models.JSONField(default=list)),
                ("workday", models.IntegerField(null=True)),
                ("starts", models.IntegerField(null=True)),
                ("hours", models.FloatField()),
                ("due", models.DateField()),
                ("owner", models.CharField(blank=True, max_length=150)),
                ("reviewer", models.CharField(blank=True, max_length=150)),
                ("job", models.CharField(blank=True, max_length=50)),
                ("arguments", models.JSONField(default=dict)),
                ("is_automated", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        default=tieout.close.tasks.model.TaskState["PENDING"], max_length=12
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("evidence", models.TextField(blank=True)),
                ("result", models.JSONField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("signed_at", models.DateTimeField(null=True)),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tasks",
                        to="closing.period",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("period", "position"),
                "constraints": [
                    models.UniqueConstraint(fields=("period", "code"), name="closing_task_once")
                ],
            },
        ),
    ]
