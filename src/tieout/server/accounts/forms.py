"""Forms that ask for a code of a second factor, and stop who guesses."""

from allauth.core import context
from allauth.mfa.base import forms

from tieout.server.accounts.lockout import require_unlocked


class CodeForm(forms.AuthenticateForm):  # type: ignore[misc]
    """Asked for behind the password. A code that is right does not help while the name waits."""

    def clean_code(self) -> str:
        """The code, if it is right."""
        require_unlocked(self.user.get_username(), context.request)
        return str(super().clean_code())


class CodeAgainForm(forms.ReauthenticateForm):  # type: ignore[misc]
    """Asked for before something delicate."""

    def clean_code(self) -> str:
        """The code, if it is right."""
        require_unlocked(self.user.get_username(), context.request)
        return str(super().clean_code())
