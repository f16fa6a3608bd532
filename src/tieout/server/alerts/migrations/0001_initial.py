"""Tables of the alerts app, step by step."""

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
            name="Monitor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                ("spec", models.JSONField(default=dict)),
                ("last_entry", models.BigIntegerField(default=0)),
                ("judged", models.BigIntegerField(default=0)),
                ("snapshot", models.BinaryField(null=True)),
                ("snapshot_at", models.BigIntegerField(default=0)),
                ("leader", models.CharField(blank=True, max_length=64)),
                ("leader_until", models.DateTimeField(null=True)),
                ("current", models.JSONField(default=dict)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="Episode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("episode_id", models.CharField(max_length=32)),
                ("incident_id", models.CharField(db_index=True, max_length=32)),
                ("metric", models.CharField(max_length=100)),
                ("dimensions", models.CharField(blank=True, max_length=500)),
                ("state", models.CharField(max_length=12)),
                ("severity", models.CharField(blank=True, max_length=10)),
                ("started_at", models.DateTimeField()),
                ("detected_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("value", models.FloatField()),
                ("baseline", models.FloatField()),
                ("n", models.BigIntegerField()),
                ("p_value", models.FloatField()),
                ("excess", models.FloatField()),
                ("breached_minutes", models.IntegerField()),
                ("window_minutes", models.IntegerField()),
                ("acknowledged_until", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=500)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "monitor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="episodes",
                        to="alerts.monitor",
                    ),
                ),
            ],
            options={
                "ordering": ("-detected_at", "id"),
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField()),
                ("partition", models.CharField(blank=True, max_length=200)),
                ("position", models.JSONField(default=dict)),
                ("data", models.BinaryField()),
                ("clock", models.BigIntegerField(null=True)),
                (
                    "monitor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="alerts.monitor",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "entries",
                "ordering": ("number",),
            },
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("alert_id", models.CharField(max_length=32)),
                ("kind", models.CharField(max_length=10)),
                ("severity", models.CharField(blank=True, max_length=10)),
                ("minute", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("payload", models.JSONField()),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="alerts.episode",
                    ),
                ),
                (
                    "monitor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="alerts.monitor",
                    ),
                ),
            ],
            options={
                "ordering": ("-minute", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Position",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("partition", models.CharField(max_length=200)),
                ("position", models.JSONField()),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "monitor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="positions",
                        to="alerts.monitor",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Silence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("metric", models.CharField(blank=True, max_length=100)),
                ("dimensions", models.CharField(blank=True, max_length=500)),
                ("starts_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("reason", models.CharField(max_length=500)),
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
                    "monitor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="silences",
                        to="alerts.monitor",
                    ),
                ),
            ],
            options={
                "ordering": ("-until",),
            },
        ),
        migrations.CreateModel(
            name="JudgedMinute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("minute", models.BigIntegerField()),
                ("metrics", models.JSONField()),
                (
                    "monitor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="minutes",
                        to="alerts.monitor",
                    ),
                ),
            ],
            options={
                "ordering": ("minute",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("monitor", "minute"), name="alerts_minute_known"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="episode",
            index=models.Index(fields=["monitor", "state"], name="alerts_open"),
        ),
        migrations.AddConstraint(
            model_name="episode",
            constraint=models.UniqueConstraint(
                fields=("monitor", "episode_id"), name="alerts_episode_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(
                fields=("monitor", "number"), name="alerts_entry_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.UniqueConstraint(
                fields=("monitor", "alert_id"), name="alerts_alert_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="position",
            constraint=models.UniqueConstraint(
                fields=("monitor", "partition"), name="alerts_position_known"
            ),
        ),
    ]
