"""Template tags of the live page: metrics and severities as people read them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import template

register = template.Library()

_KINDS: Final = {
    "notice": "early notice",
    "fired": "began",
    "escalated": "got worse",
    "reminder": "goes on",
    "resolved": "is over",
}
_TONES: Final = {
    "severe": "tag-critical",
    "critical": "tag-critical",
    "warning": "tag-high",
    "info": "tag-info",
}


@register.filter
def metric(name: str) -> str:
    """A metric in words.

    >>> metric("denied_rate"), metric("volume_drop"), metric("latency_p95")
    ('denied', 'volume drop', 'latency p95')
    """
    return name.removesuffix("_rate").replace("_", " ")


@register.filter
def alert_kind(kind: str) -> str:
    """Why an alert was sent, in words."""
    return _KINDS.get(kind, kind)


@register.filter
def alert_text(payload: Mapping[str, Any]) -> str:
    """What an alert said, its metric in words. What was sent is kept as it was.

    >>> alert_text({"metric": "denied_rate", "text": "info: denied_rate 38 %, usually 5 %"})
    'info: denied 38 %, usually 5 %'
    """
    text, name = str(payload.get("text", "")), str(payload.get("metric", ""))
    return text.replace(name, metric(name), 1) if name else text


@register.filter
def tone(severity: str) -> str:
    """The look of a severity of episodes; an early notice has one of its own."""
    return _TONES.get(severity, "tag-medium")


@register.filter
def out_of_limits(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The metrics that are not in limits, the longest first."""
    out = [line for line in lines if line["state"] != "ok"]
    return sorted(out, key=lambda line: -line["breached_minutes"])


@register.filter
def length_less(lines: Sequence[Any], others: Sequence[Any]) -> int:
    """How many more there are of the one than of the other."""
    return len(lines) - len(others)


@register.filter
def amounts(money: str) -> list[str]:
    """Amounts of several currencies, each by itself."""
    return [each for each in money.split(", ") if each]
