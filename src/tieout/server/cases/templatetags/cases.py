"""Template tags of cases: their state and age in words."""

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tieout.server.audit.words import action_words, words_of
from tieout.server.cases.models import Case
from tieout.server.cases.words import state_words
from tieout.server.console.templatetags.console import days, icon

register = template.Library()
register.filter("action_words", action_words)
register.filter("words_of", words_of)

_LOOKS = {
    "new": ("tag-info", "point"),
    "open": ("tag-medium", "user"),
    "waiting": ("tag-plain", "hourglass"),
    "resolved": ("tag-good", "circle-check"),
}


@register.simple_tag
def state_of(case: Case) -> SafeString:
    """The state of a case by colour, picture and words."""
    css, picture = _LOOKS.get(case.status, _LOOKS["new"])
    return format_html(
        '<span class="tag {}">{} <span data-state>{}</span></span>',
        css,
        icon(picture, "icon-sm"),
        state_words(case),
    )


@register.filter
def age(case: Case) -> str:
    """Days since it happened, up to the last day that its data knows; else since it was opened."""
    if case.happened_on is None:
        return days(max(0, (timezone.localdate() - case.opened_at.date()).days))
    return days(max(0, ((case.as_of or timezone.localdate()) - case.happened_on).days))
