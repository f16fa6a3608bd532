"""People at browsers that are played."""

from django.test import Client

from tieout.server.accounts.models import User


def client_of(user: User) -> Client:
    """A browser in which somebody has logged in."""
    client = Client()
    client.force_login(user)
    return client
