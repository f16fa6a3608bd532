"""Addresses of logging in and out, of passwords, second factors and single sign-on."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as openid
from django.db import transaction
from django.urls import include, path, re_path

from tieout.server.accounts.resets import password_reset

# What django-allauth does in several steps, and the audit log with it, is done whole or not at all.
_whole = transaction.atomic
_password = [
    path("change/", account.password_change, name="account_change_password"),
    path("set/", account.password_set, name="account_set_password"),
    path("reset/", password_reset, name="account_reset_password"),
    path("reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
_factors = [
    path("", factors.index, name="mfa_index"),
    path("authenticate/", factors.authenticate, name="mfa_authenticate"),
    path("reauthenticate/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("app/on/", totp.activate_totp, name="mfa_activate_totp"),
    path("app/off/", _whole(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("codes/", _whole(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("codes/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path(
        "codes/file/",
        _whole(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]
_single_sign_on = [
    path("", social.connections, name="socialaccount_connections"),
    path("cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("error/", social.login_error, name="socialaccount_login_error"),
    path("signup/", social.signup, name="socialaccount_signup"),
    path("<str:provider_id>/login/", openid.login, name="openid_connect_login"),
    path("<str:provider_id>/callback/", openid.callback, name="openid_connect_callback"),
]

urlpatterns = [
    path("login/", account.login, name="login"),
    path("logout/", account.logout, name="logout"),
    # django-allauth looks for these under its own names.
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("account/signup/", account.signup, name="account_signup"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/", include(_password)),
    path("account/second-factor/", include(_factors)),
    path("account/single-sign-on/", include(_single_sign_on)),
]
