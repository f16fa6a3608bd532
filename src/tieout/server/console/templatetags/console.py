"""Template tags of the console: icons, amounts, ages, tags of severity, the menu."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django import template
from django.contrib.auth.models import AnonymousUser
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

import tieout
from tieout.export.words import label
from tieout.server.accounts.models import User
from tieout.server.accounts.permissions import roles_of
from tieout.server.console.navigation import Section, menu_for

register = template.Library()

NOTHING: Final = "\N{EN DASH}"

KEYS: Final = (
    (("j", "k"), "next and previous row"),
    (("Enter",), "open the row"),
    (("x",), "select the row"),
    (("/",), "search"),
    (("v",), "decide: valid"),
    (("f",), "decide: false positive"),
    (("t",), "decide: timing"),
    (("r",), "decide: resolved"),
    (("e",), "decide: escalate"),
    (("a",), "assign to me"),
    (("u",), "undo, for ten seconds"),
    (("c",), "write a comment"),
    (("g", "q"), "go to the queue; g r runs, g u new run, g i incidents, g a audit log"),
    (("?",), "these keys"),
)
_SEVERITY_ICONS: Final = {
    "critical": "alert-octagon",
    "high": "alert-triangle",
    "medium": "alert-circle",
    "low": "info-circle",
}


@register.simple_tag
def icon(name: str, css: str = "icon") -> SafeString:
    """A picture from the sprite, hidden from screen readers."""
    return format_html(
        '<svg class="{}" width="24" height="24" aria-hidden="true"><use href="{}#{}"></use></svg>',
        css,
        static("console/vendor/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def navigation(context: Context) -> list[Section]:
    """The menu of who asks."""
    request = context.get("request")
    return menu_for(request) if request is not None else []


@register.simple_tag
def keys() -> tuple[tuple[tuple[str, ...], str], ...]:
    """All keys and what they do."""
    return KEYS


@register.simple_tag
def version() -> str:
    """The version of Tieout."""
    return tieout.__version__


@register.filter
def roles_text(user: User | AnonymousUser) -> str:
    """The roles of a person, in words."""
    return ", ".join(sorted(roles_of(user))) or "no role"


@register.simple_tag
def severity(word: str) -> SafeString:
    """A severity by colour, picture and word."""
    known = word if word in _SEVERITY_ICONS else "low"
    return format_html(
        '<span class="tag tag-{}">{} {}</span>',
        known,
        icon(_SEVERITY_ICONS[known], "icon-sm"),
        word or "none",
    )


@register.filter
def money(minor: int | None, scale: int = 2) -> str:
    """Whole units of a scale as people write an amount.

    >>> money(-123456), money(12, 0)
    ('-1,234.56', '12')
    """
    if minor is None:
        return NOTHING
    return f"{Decimal(minor).scaleb(-scale):,.{scale}f}"


@register.filter
def plain_amount(value: Any) -> str:
    """An exact amount with thousands set apart; a dash for nothing, as of a run that counts less.

    >>> plain_amount(1234), plain_amount("") == NOTHING
    ('1,234', True)
    """
    return NOTHING if value in {None, ""} else f"{value:,}"


@register.filter
def percent(value: float | None, digits: int = 1) -> str:
    """A share as percent.

    >>> percent(0.1234)
    '12.3 %'
    """
    return NOTHING if value is None else f"{100 * value:.{digits}f} %"


@register.filter
def words(value: str | None) -> str:
    """A name of code as words.

    >>> words("fx_rate")
    'FX rate'
    """
    return label(value) if value else NOTHING


@register.filter
def since(moment: datetime | None) -> str:
    """How long ago, in one unit."""
    if moment is None:
        return NOTHING
    return f"{span(timezone.now() - moment)} ago"


@register.filter
def days(value: int | None) -> str:
    """An age in days.

    >>> days(1), days(12)
    ('1 day', '12 days')
    """
    if value is None:
        return NOTHING
    return f"{value:,} day{'' if value == 1 else 's'}"


def span(length: timedelta) -> str:
    """A length of time in its largest unit.

    >>> span(timedelta(hours=30)), span(timedelta(seconds=5))
    ('1 d', '5 s')
    """
    seconds = max(0, int(length.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


@register.simple_tag
def due(moment: datetime | None, resolved: bool = False) -> SafeString:
    """Time left until a moment, or by how much it has passed: by colour and in words."""
    if moment is None or resolved:
        return format_html('<span class="text-secondary">{}</span>', NOTHING)
    left = moment - timezone.now()
    if left < timedelta(0):
        picture, css, text = "alert-circle", "late", f"late by {span(-left)}"
    elif left < timedelta(hours=24):
        picture, css, text = "clock", "soon", f"due in {span(left)}"
    else:
        picture, css, text = "clock", "text-secondary", f"due in {span(left)}"
    return format_html(
        '<span class="{} text-nowrap">{} {}</span>', css, icon(picture, "icon-sm"), text
    )


@register.filter
def day(value: date | datetime | None) -> str:
    """A day as ISO writes it; a dash for none."""
    return NOTHING if value is None else value.strftime("%Y-%m-%d")


@register.filter
def moment(value: datetime | None) -> str:
    """A moment to the second in UTC."""
    return NOTHING if value is None else value.strftime("%Y-%m-%d %H:%M:%S")


@register.simple_tag
def proof_tag(conservation: dict[str, dict[str, Any]]) -> SafeString:
    """Whether every row was accounted for."""
    if not conservation:
        return format_html('<span class="tag tag-plain">{}</span>', "no proof")
    if all(part.get("holds") for part in conservation.values()):
        return format_html(
            '<span class="tag tag-good">{} {}</span>', icon("circle-check", "icon-sm"), "whole"
        )
    return format_html(
        '<span class="tag tag-critical">{} {}</span>', icon("alert-octagon", "icon-sm"), "broken"
    )


@register.simple_tag
def job_tag(state: str) -> SafeString:
    """The state of a job by colour, picture and word."""
    css, picture = {
        "queued": ("tag-plain", "clock"),
        "running": ("tag-info", "player-play"),
        "done": ("tag-good", "circle-check"),
        "failed": ("tag-critical", "alert-circle"),
    }.get(state, ("tag-plain", "ban"))
    return format_html('<span class="tag {}">{} {}</span>', css, icon(picture, "icon-sm"), state)


@register.simple_tag
def cell(value: Any) -> SafeString:
    """One value of a table, whatever it is: numbers right, truth in words, long text cut."""
    if value in (None, "") or (isinstance(value, list) and not value):
        return format_html('<span class="text-secondary">{}</span>', NOTHING)
    if isinstance(value, bool):
        return format_html("{}", "yes" if value else "no")
    if isinstance(value, float):
        return format_html('<span class="num d-block">{}</span>', f"{value:,.4g}")
    if isinstance(value, int | Decimal):
        return format_html('<span class="num d-block">{}</span>', f"{value:,}")
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return format_html('<span class="clip" title="{}">{}</span>', text, text)


@register.simple_tag(takes_context=True)
def undo_offer(context: Context) -> dict[str, Any] | None:
    """What may still be taken back, while it may."""
    request = context.get("request")
    offer: dict[str, Any] | None = getattr(request, "session", {}).get("undo")
    if offer is None or offer["until"] <= timezone.now().timestamp():
        return None
    return offer


@register.simple_tag(takes_context=True)
def address_with(context: Context, **changes: Any) -> str:
    """The query of this page with some values changed; None takes one away."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in {None, ""}:
            query[name] = str(value)
    return f"?{urlencode(list(query.lists()), doseq=True)}"
