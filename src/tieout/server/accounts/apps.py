"""The app of people."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Makes the roles whenever the tables were brought up to date."""

    name = "tieout.server.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen for the end of a migration, and for those who log in."""
        from tieout.server.accounts import factors, login_events
        from tieout.server.accounts.services import make_roles

        login_events.listen()
        factors.listen()
        post_migrate.connect(make_roles, sender=self, dispatch_uid="accounts.roles")
