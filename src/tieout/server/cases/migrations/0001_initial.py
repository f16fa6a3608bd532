"""Runs, findings, incidents, cases, decisions, comments, files and views."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("incident", "Incident"),
                            ("break", "Break"),
                            ("transaction", "Transaction"),
                            ("alert", "Alert"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                    ),
                ),
                ("identity", models.CharField(max_length=120)),
                ("source", models.CharField(blank=True, max_length=300)),
                ("title", models.CharField(max_length=300)),
                ("summary", models.TextField(blank=True)),
                ("key", models.CharField(blank=True, max_length=300)),
                ("bucket", models.CharField(blank=True, max_length=60)),
                ("bucket_found", models.CharField(blank=True, max_length=60)),
                ("bucket_corrected", models.BooleanField(default=False)),
                ("severity", models.CharField(default="medium", max_length=10)),
                ("severity_rank", models.SmallIntegerField(default=2)),
                ("score", models.FloatField(null=True)),
                ("amount_minor", models.BigIntegerField(null=True)),
                ("difference_minor", models.BigIntegerField(null=True)),
                ("scale", models.SmallIntegerField(default=2)),
                ("currency", models.CharField(blank=True, max_length=12)),
                ("happened_on", models.DateField(null=True)),
                ("findings", models.IntegerField(default=1)),
                ("details", models.JSONField(default=dict)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("open", "Open"),
                            ("waiting", "Waiting"),
                            ("resolved", "Resolved"),
                        ],
                        default="new",
                        max_length=10,
                    ),
                ),
                ("verdict", models.CharField(blank=True, max_length=20)),
                ("asks", models.CharField(blank=True, max_length=10)),
                ("waiting_until", models.DateField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("resolved_at", models.DateTimeField(null=True)),
                ("updated_at", models.DateTimeField()),
                ("revision", models.IntegerField(default=1)),
                (
                    "assignee",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="cases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("severity_rank", "-score", "id"),
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("name", models.CharField(max_length=200)),
                ("kind", models.CharField(max_length=20)),
                ("bytes", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("stored", models.CharField(max_length=100, unique=True)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "ordering": ("at", "id"),
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("text", models.TextField()),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "ordering": ("at", "id"),
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("batch", models.UUIDField(db_index=True, default=uuid.uuid4)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("valid", "Valid"),
                            ("false_positive", "False positive"),
                            ("timing", "Timing"),
                            ("resolved", "Resolved"),
                            ("escalate", "Escalate"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("final", "Final"),
                            ("proposed", "Proposed"),
                            ("returned", "Returned"),
                            ("undone", "Undone"),
                        ],
                        default="final",
                        max_length=10,
                    ),
                ),
                ("bucket", models.CharField(blank=True, max_length=60)),
                ("note", models.TextField(blank=True)),
                ("waiting_until", models.DateField(null=True)),
                ("at", models.DateTimeField()),
                ("reviewed_at", models.DateTimeField(null=True)),
                ("before", models.JSONField(default=dict)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="decisions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="decisions",
                        to="cases.case",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run_id", models.CharField(max_length=100, unique=True)),
                ("job", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=300)),
                ("folder", models.CharField(max_length=1000)),
                ("created_at", models.DateTimeField(db_index=True)),
                ("registered_at", models.DateTimeField(auto_now_add=True)),
                ("rows", models.BigIntegerField(default=0)),
                ("found", models.BigIntegerField(default=0)),
                ("indexed", models.BigIntegerField(default=0)),
                ("left_out", models.BigIntegerField(default=0)),
                ("seconds", models.FloatField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("conservation", models.JSONField(default=dict)),
                (
                    "registered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identity", models.CharField(max_length=120, unique=True)),
                ("headline", models.CharField(max_length=500)),
                ("bucket", models.CharField(blank=True, max_length=60)),
                ("severity", models.CharField(max_length=10)),
                ("findings", models.IntegerField(default=0)),
                ("facts", models.JSONField(default=dict)),
                (
                    "case",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to="cases.case"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="incidents",
                        to="cases.run",
                    ),
                ),
            ],
            options={
                "ordering": ("-run__created_at", "id"),
            },
        ),
        migrations.AddField(
            model_name="case",
            name="first_run",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="cases.run",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="latest_run",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="cases",
                to="cases.run",
            ),
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("query", models.CharField(max_length=1000)),
                ("shared", models.BooleanField(default=False)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("name", "id"),
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identity", models.CharField(max_length=120)),
                ("place", models.BigIntegerField(null=True)),
                ("bucket", models.CharField(blank=True, max_length=60)),
                ("severity", models.CharField(max_length=10)),
                ("score", models.FloatField(null=True)),
                ("amount_minor", models.BigIntegerField(null=True)),
                ("scale", models.SmallIntegerField(default=2)),
                ("currency", models.CharField(blank=True, max_length=12)),
                ("incident_id", models.CharField(blank=True, max_length=120)),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="found",
                        to="cases.case",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to="cases.run",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "indexes": [models.Index(fields=["incident_id"], name="cases_finding_incident")],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "identity"), name="cases_finding_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["status", "severity_rank", "-score", "id"], name="cases_worst"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["status", "due_at"], name="cases_due"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["assignee", "status"], name="cases_mine"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["updated_at"], name="cases_changed"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["bucket", "status"], name="cases_bucket"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(fields=("kind", "identity"), name="cases_once"),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(fields=("owner", "name"), name="cases_view_once"),
        ),
    ]
