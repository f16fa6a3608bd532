"""Findings of scored transactions, marks of spools, uploads, and answers kept for repeats."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("jobs", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SpoolMark",
            fields=[
                ("segment", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("offset", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="LiveFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event", models.CharField(max_length=32)),
                ("place", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("way", models.CharField(max_length=10)),
                ("actor", models.CharField(blank=True, max_length=150)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("model", models.CharField(max_length=300)),
                ("profile", models.CharField(max_length=20)),
                ("record", models.JSONField()),
                ("score", models.FloatField()),
                ("p_value", models.FloatField()),
                ("is_ml_flag", models.BooleanField()),
                ("is_rule_flag", models.BooleanField()),
                ("triggered_rules", models.JSONField(default=list)),
                ("reasons_top3", models.JSONField(default=list)),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(fields=("event", "place"), name="intake_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=300)),
                ("path", models.CharField(max_length=1000)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="upload",
                        to="jobs.job",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
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
                ("key", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(default=0)),
                ("body", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "key"), name="intake_key_once")
                ],
            },
        ),
    ]
