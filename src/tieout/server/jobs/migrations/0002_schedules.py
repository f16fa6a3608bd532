"""The table of schedules."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Schedule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                ("kind", models.CharField(max_length=50)),
                ("arguments", models.JSONField(default=dict)),
                ("cron", models.CharField(blank=True, max_length=100)),
                ("time_zone", models.CharField(default="UTC", max_length=50)),
                ("watch", models.CharField(blank=True, max_length=300)),
                (
                    "missed",
                    models.CharField(
                        choices=[
                            ("skip", "Skip them"),
                            ("once", "One job for all of them"),
                            ("all", "A job for each"),
                        ],
                        default="once",
                        max_length=10,
                    ),
                ),
                ("enabled", models.BooleanField(default=True)),
                ("since", models.DateTimeField()),
                ("next_at", models.DateTimeField(null=True)),
                ("last_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("name",),
                "indexes": [models.Index(fields=["enabled", "next_at"], name="jobs_schedule_due")],
            },
        ),
    ]
