"""What django-allauth asks of us: nobody signs up by themselves."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an admin."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """No."""
        return False


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Who is known by a verified e-mail address may come in by single sign-on."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002
        """No."""
        return False
