"""The tables of proposals and precedents."""

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
            name="Proposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("proposed", "Proposed"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                            ("executing", "Executing"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("expired", "Expired"),
                            ("undone", "Undone"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                ("content", models.JSONField()),
                ("content_hash", models.CharField(max_length=64)),
                ("text", models.CharField(max_length=500)),
                ("kind_first", models.CharField(max_length=30)),
                ("amount", models.DecimalField(decimal_places=6, max_digits=38, null=True)),
                ("currency", models.CharField(blank=True, max_length=12)),
                ("confidence", models.FloatField(default=0)),
                ("why", models.TextField(blank=True)),
                ("likeness", models.JSONField(default=dict)),
                ("nearest", models.JSONField(default=list)),
                ("others", models.JSONField(default=list)),
                ("decided_at", models.DateTimeField(null=True)),
                ("approved_hash", models.CharField(blank=True, max_length=64)),
                ("note", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to="cases.case",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "edited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="StoredPrecedent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reconciliation", models.CharField(max_length=300)),
                ("bucket", models.CharField(max_length=60)),
                ("action", models.CharField(max_length=30)),
                ("proposed", models.CharField(blank=True, max_length=30)),
                ("likeness", models.JSONField()),
                ("result", models.CharField(default="approved", max_length=10)),
                ("decided_at", models.DateTimeField(db_index=True)),
                (
                    "proposal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="precedent",
                        to="resolutions.proposal",
                    ),
                ),
            ],
            options={
                "ordering": ("decided_at", "id"),
            },
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["state", "expires_at"], name="resolutions_state"),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["case", "state"], name="resolutions_case"),
        ),
        migrations.AddIndex(
            model_name="storedprecedent",
            index=models.Index(fields=["reconciliation", "bucket"], name="resolutions_shelf"),
        ),
    ]
