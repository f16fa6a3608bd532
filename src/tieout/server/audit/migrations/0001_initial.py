"""The table of the audit log."""

from django.db import migrations, models

import tieout.server.audit.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("sequence", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
                ("actor", models.CharField(blank=True, db_index=True, max_length=150)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("action", models.CharField(db_index=True, max_length=100)),
                ("target_kind", models.CharField(max_length=50)),
                ("target_id", models.CharField(max_length=200)),
                ("before", tieout.server.audit.models.CanonicalJSON(null=True)),
                ("after", tieout.server.audit.models.CanonicalJSON(null=True)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("previous", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "verbose_name_plural": "audit entries",
                "ordering": ("sequence",),
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["target_kind", "target_id"], name="audit_target")],
            },
        ),
    ]
