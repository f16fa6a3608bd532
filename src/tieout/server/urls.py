"""The console's addresses: one line an app."""

from django.urls import include, path

urlpatterns = [
    path("", include("tieout.server.accounts.urls")),
]
