"""Pages for what goes wrong, in the look of the console."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Not for this role."""
    return render(request, "console/403.html", {"said": str(exception)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page."""
    said = str(exception) if type(exception).__name__ == "Http404" else ""
    return render(request, "console/404.html", {"said": said}, status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Something broke; the page needs nothing that may be broken too."""
    return render(request, "console/500.html", status=500)
