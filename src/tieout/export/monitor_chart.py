"""A metric over time as inline SVG: its line, its limit, and the episodes behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tieout.export.markup import Html, tag

_WIDTH: Final = 1040
_HEIGHT: Final = 150
_TOP: Final = 14
_BASE: Final = 128
_LEFT: Final = 2
_POINTS_MAX: Final = 520
_LINE: Final = "fill:none;stroke:var(--bar);stroke-width:1.2"
_LIMIT: Final = "fill:none;stroke:var(--open);stroke-width:1;stroke-dasharray:4 3"
_BAND: Final = "opacity:0.28"


@dataclass(frozen=True, slots=True)
class Band:
    """An episode on the axis of minutes: from, to before, and a style class."""

    start: float
    end: float
    tone: str
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """Values by minute since the first one, ascending; `limit` as long, None where unknown.

    keeps_lowest: where many share a place, the lowest is drawn beside the highest.
    """

    minutes: Sequence[float]
    values: Sequence[float]
    limit: Sequence[float | None] = ()
    keeps_lowest: bool = False


def time_chart(
    line: Line, bands: Sequence[Band], ticks: Sequence[tuple[float, str]], alternative: str
) -> Html:
    """The line over its limit, episodes as bands; ticks are minutes and their words.

    Of many minutes the highest of each place is drawn, so that no peak is lost.
    """
    span = max(line.minutes[-1], 1.0)
    limits = [value for value in line.limit if value is not None]
    usual = sorted(limits)[len(limits) // 2] if limits else 0.0
    peak = max(*line.values, usual, 1e-12)
    marks = [_band(band, span) for band in bands]
    points = _peaks(line.minutes, line.values, keeps_lowest=line.keeps_lowest)
    marks.append(_path(points, span, peak, _LINE))
    known = [(m, v) for m, v in zip(line.minutes, line.limit, strict=False) if v is not None]
    if known:
        capped = [(minute, min(value, peak)) for minute, value in known]
        drawn = _peaks(*zip(*capped, strict=True))
        marks.append(_path(drawn, span, peak, _LIMIT))
    marks += [
        tag("text", words, class_="axis", x=_number(_x(at, span)), y=_BASE + 14)
        for at, words in ticks
    ]
    marks.append(tag("text", _words(peak), class_="value", x=_LEFT, y=_TOP - 4))
    marks.append(tag("line", class_="base", x1=0, x2=_WIDTH, y1=_BASE, y2=_BASE))
    return tag(
        "svg",
        *marks,
        class_="chart",
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        aria_label=alternative,
    )


def _band(band: Band, span: float) -> Html:
    left, right = _x(max(band.start, 0.0), span), _x(min(band.end, span), span)
    rect = tag(
        "rect",
        class_=band.tone,
        style=_BAND,
        x=_number(left),
        y=_TOP,
        width=_number(max(right - left, 2.0)),
        height=_BASE - _TOP,
    )
    return tag("g", tag("title", band.name), rect)


def _path(points: Sequence[tuple[float, float]], span: float, peak: float, style: str) -> Html:
    shown = " ".join(
        f"{_number(_x(minute, span))},{_number(_BASE - (_BASE - _TOP) * value / peak)}"
        for minute, value in points
    )
    return tag("polyline", points=shown, style=style)


def _peaks(
    minutes: Sequence[float], values: Sequence[float], *, keeps_lowest: bool = False
) -> list[tuple[float, float]]:
    """At most so many points: the highest of each run of minutes, and its lowest where asked.

    >>> _peaks([0, 1, 2], [5.0, 7.0, 6.0])
    [(0, 5.0), (1, 7.0), (2, 6.0)]
    """
    size = max(-(-len(minutes) // _POINTS_MAX), 1)
    points = list(zip(minutes, values, strict=True))
    drawn: list[tuple[float, float]] = []
    for at in range(0, len(points), size):
        run = points[at : at + size]
        ends = {max(run, key=lambda point: point[1])}
        if keeps_lowest:
            ends.add(min(run, key=lambda point: point[1]))
        drawn += sorted(ends)
    return drawn


def _x(minute: float, span: float) -> float:
    return _LEFT + (_WIDTH - 2 * _LEFT) * minute / span


def _number(coordinate: float) -> str:
    return f"{coordinate:.1f}".removesuffix(".0")


def _words(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
