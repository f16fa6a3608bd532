"""The console's addresses: one line an app."""

from django.urls import include, path

urlpatterns = [
    path("", include("tieout.server.closing.urls")),
    path("", include("tieout.server.cases.urls")),
    path("", include("tieout.server.alerts.urls")),
    path("", include("tieout.server.resolutions.urls")),
    path("", include("tieout.server.assistant.urls")),
    path("", include("tieout.server.accounts.urls")),
    path("", include("tieout.server.jobs.urls")),
]
handler400 = "tieout.server.console.errors.unreadable"
handler403 = "tieout.server.console.errors.forbidden"
handler404 = "tieout.server.console.errors.not_found"
handler500 = "tieout.server.console.errors.failed"
