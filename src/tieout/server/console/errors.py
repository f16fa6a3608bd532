"""Pages for what goes wrong, in the look of the console."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """A form that is too large, or a request that no browser of ours sends."""
    return render(request, "console/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Not for this role."""
    return render(request, "console/403.html", {"said": str(exception)}, status=403)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form whose secret is not that of the browser: mostly a page from before a log-in."""
    said = "This page is older than your log-in. Go back, reload it, and send it again."
    return render(request, "console/403.html", {"said": said}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page."""
    said = str(exception) if type(exception).__name__ == "Http404" else ""
    return render(request, "console/404.html", {"said": said}, status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Something broke; the page needs nothing that may be broken too."""
    return render(request, "console/500.html", status=500)
