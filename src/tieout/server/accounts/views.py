"""Pages of logging in and out."""

from django.contrib.auth.views import LoginView, LogoutView


class Login(LoginView):
    """Asks for name and password."""

    template_name = "accounts/login.html"
    redirect_authenticated_user = True


class Logout(LogoutView):
    """Ends the session; by POST only."""
