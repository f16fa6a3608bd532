"""What django-allauth asks of us: nobody signs up by themselves, and secrets are sealed."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from tieout.server.sealing import opened, sealed


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an admin."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """No."""
        return False


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The secret of an app and the seed of the codes are encrypted in the table."""

    def encrypt(self, text: str) -> str:
        """Before it is kept."""
        return sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        """When it is needed."""
        return opened(encrypted_text)


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Who is known by a verified e-mail address may come in by single sign-on."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002
        """No."""
        return False
