"""Forgotten passwords: a link by mail, or a word on whom to ask where no mail can be sent."""

from allauth.account import views as account
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render


def password_reset(request: HttpRequest) -> HttpResponseBase:
    """Ask for the address of the link. Nobody is told of a mail that no server sends."""
    if "dummy" in settings.EMAIL_BACKEND:
        return render(request, "accounts/no_mail.html")
    answer: HttpResponseBase = account.password_reset(request)
    return answer
