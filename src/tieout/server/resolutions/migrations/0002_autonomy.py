"""Whether a proposal may run alone, and what was stopped or revoked."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_initial"),
        ("resolutions", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AutonomyEvent",
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
                            ("stopped", "Stopped"),
                            ("resumed", "Resumed"),
                            ("revoked", "Revoked"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reconciliation", models.CharField(blank=True, max_length=300)),
                ("bucket", models.CharField(blank=True, max_length=60)),
                ("counterparty", models.CharField(blank=True, max_length=300)),
                ("action", models.CharField(blank=True, max_length=30)),
                ("reason", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.AddField(
            model_name="proposal",
            name="bucket",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name="proposal",
            name="counterparty",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="proposal",
            name="first_hash",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="proposal",
            name="in_bulk",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="proposal",
            name="reconciliation",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="proposal",
            name="way",
            field=models.CharField(
                blank=True,
                choices=[
                    ("suggest", "Suggest"),
                    ("check", "Check"),
                    ("hold", "Hold"),
                    ("run", "Run"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="way_reason",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(
                fields=["reconciliation", "bucket", "kind_first"], name="resolutions_scope"
            ),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["way", "decided_at"], name="resolutions_way"),
        ),
        migrations.AddField(
            model_name="autonomyevent",
            name="actor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="autonomyevent",
            index=models.Index(
                fields=["reconciliation", "bucket", "action"], name="resolutions_revoked"
            ),
        ),
    ]
