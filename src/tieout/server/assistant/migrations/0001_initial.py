"""The tables of kept answers, calls and remarks."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cases", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AssistantCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "task",
                    models.CharField(
                        choices=[
                            ("classify", "Bucket"),
                            ("severity", "Severity"),
                            ("summary", "Summary"),
                            ("choose", "Choice"),
                            ("question", "Question"),
                        ],
                        max_length=10,
                    ),
                ),
                ("model", models.CharField(max_length=200)),
                ("key", models.CharField(max_length=64)),
                ("outcome", models.CharField(max_length=10)),
                ("why", models.CharField(blank=True, max_length=300)),
                ("requests", models.IntegerField(default=0)),
                ("input_tokens", models.IntegerField(default=0)),
                ("output_tokens", models.IntegerField(default=0)),
                ("cost_pico", models.BigIntegerField(default=0)),
            ],
            options={
                "ordering": ("-at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64, unique=True)),
                (
                    "task",
                    models.CharField(
                        choices=[
                            ("classify", "Bucket"),
                            ("severity", "Severity"),
                            ("summary", "Summary"),
                            ("choose", "Choice"),
                            ("question", "Question"),
                        ],
                        max_length=10,
                    ),
                ),
                ("model", models.CharField(max_length=200)),
                ("content", models.JSONField()),
                ("made_at", models.DateTimeField()),
                ("until", models.DateTimeField(db_index=True)),
            ],
            options={
                "ordering": ("-made_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "task",
                    models.CharField(
                        choices=[
                            ("classify", "Bucket"),
                            ("severity", "Severity"),
                            ("summary", "Summary"),
                            ("choose", "Choice"),
                            ("question", "Question"),
                        ],
                        max_length=10,
                    ),
                ),
                ("by_model", models.BooleanField()),
                ("model", models.CharField(blank=True, max_length=200)),
                ("why", models.CharField(blank=True, max_length=300)),
                ("question", models.CharField(blank=True, max_length=500)),
                ("choice", models.CharField(blank=True, max_length=500)),
                ("sentences", models.JSONField(default=list)),
                ("cites", models.JSONField(default=list)),
                ("facts", models.JSONField(default=list)),
                ("confidence", models.FloatField(null=True)),
                ("needs_person", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                (
                    "asked_by",
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
                        related_name="remarks",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "ordering": ("-at", "-id"),
                "indexes": [models.Index(fields=["case", "task", "-at"], name="assistant_of_case")],
            },
        ),
    ]
