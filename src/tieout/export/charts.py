"""Small charts as inline SVG: colours come from the style sheet, the words from the caller."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tieout.export.markup import Html, tag
from tieout.export.words import count_text

_WIDTH: Final = 360
_HEIGHT: Final = 132
_TOP: Final = 16
_BASE: Final = 112


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a chart. An empty `label` leaves the axis blank below it."""

    name: str
    value: int
    label: str = ""
    tone: str = "bar"


def share_bar(parts: Sequence[tuple[int, str]], whole: int) -> Html:
    """A bar of stacked parts (value, style class) out of `whole`. Decoration beside its numbers."""
    rects: list[Html] = []
    start = 0.0
    for value, tone in parts:
        share = 100 * value / whole if whole else 0.0
        # A part that is there must be seen, however small it is.
        width = max(share, 0.8) if value else 0.0
        if width:
            at = min(start, 100 - width)
            rects.append(_rect(tone, x=at, y=0, width=width, height=8))
        start += share
    return tag(
        "svg",
        *rects,
        class_="share",
        viewBox="0 0 100 8",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def column_chart(columns: Sequence[Column], alternative: str) -> Html:
    """Columns on one baseline, their largest value written above it.

    `alternative` says in words what the picture shows, for those who do not see it.
    """
    peak = max((column.value for column in columns), default=0)
    pitch = _WIDTH / max(len(columns), 1)
    width = min(pitch * 0.78, 44)
    few = len(columns) <= 8
    # Of many columns only the first highest is named: figures would cover each other.
    named = next((column for column in columns if column.value == peak), None)
    marks: list[Html] = []
    for index, column in enumerate(columns):
        middle = pitch * (index + 0.5)
        height = _column_height(column.value, peak)
        title = tag("title", f"{column.name}: {count_text(column.value)}")
        bar = _rect(column.tone, x=middle - width / 2, y=_BASE - height, width=width, height=height)
        marks.append(tag("g", title, bar))
        if column.value and (few or column is named):
            marks.append(_text(middle, _BASE - height - 4, count_text(column.value), "value"))
        if column.label:
            marks.append(_text(middle, _BASE + 14, column.label, "axis"))
    baseline = tag("line", class_="base", x1=0, x2=_WIDTH, y1=_BASE, y2=_BASE)
    return tag(
        "svg",
        *marks,
        baseline,
        class_="chart",
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        aria_label=alternative,
    )


def _column_height(value: int, peak: int) -> float:
    return max((_BASE - _TOP) * value / peak, 1.5) if value else 0.0


def _rect(tone: str, *, x: float, y: float, width: float, height: float) -> Html:
    return tag("rect", class_=tone, x=_at(x), y=_at(y), width=_at(width), height=_at(height))


def _text(middle: float, y: float, words: str, tone: str) -> Html:
    # Words near an edge lean inwards, so that the picture never cuts them.
    reach = 6.5 * len(words) / 2
    x, anchor = middle, "middle"
    if middle < reach:
        x, anchor = 0, "start"
    elif middle > _WIDTH - reach:
        x, anchor = _WIDTH, "end"
    return tag("text", words, class_=tone, x=_at(x), y=_at(y), text_anchor=anchor)


def _at(coordinate: float) -> str:
    return f"{coordinate:.2f}".rstrip("0").rstrip(".")
