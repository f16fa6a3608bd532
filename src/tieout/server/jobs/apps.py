"""The app of jobs."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Keeps the table of jobs."""

    name = "tieout.server.jobs"
    label = "jobs"
