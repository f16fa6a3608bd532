"""What was learnt from decisions, with what it was before."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("resolutions", "0002_autonomy"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StoredLesson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("subject", models.CharField(max_length=300)),
                ("labels", models.IntegerField(default=0)),
                ("measure", models.CharField(max_length=200)),
                ("held_out", models.IntegerField(default=0)),
                ("before", models.FloatField(null=True)),
                ("after", models.FloatField(null=True)),
                ("used", models.BooleanField(default=False)),
                ("why", models.TextField(blank=True)),
                ("file", models.CharField(blank=True, max_length=300)),
                ("earlier", models.CharField(blank=True, max_length=300)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("decisions", models.IntegerField(default=0)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("taken_back_at", models.DateTimeField(null=True)),
                (
                    "taken_back_by",
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
                "indexes": [models.Index(fields=["kind", "subject"], name="resolutions_lesson")],
            },
        ),
    ]
