"""How a text column writes its dates."""

import re
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from tieout.model.formats import DateFormat

COVERAGE_MIN = 0.9
MINORITY_MIN = 0.02
_DAY_FIRST: tuple[str, ...] = ("dm",)
_SHAPES_MAX = 1_000
_MONTHS = "january|february|march|april|june|july|august|september|october|november|december"
_MONTHS_SHORT = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_TIMES = {
    "9:99": "%H:%M",
    "9:99:99": "%H:%M:%S",
    "9:99:99.9": "%H:%M:%S.%f",
    "9:99 pm": "%I:%M %p",
    "9:99pm": "%I:%M%p",
    "9:99:99pm": "%I:%M:%S%p",
    "9:99:99 pm": "%I:%M:%S %p",
}
_ISO = "%Y-%m-%d"
_EXAMPLE = datetime(2024, 3, 5, 14, 30)  # noqa: DTZ001 - as files write it
_YEAR = "(?P<year>9999|99)"
# Shapes of dates, and the pattern of each; {a} and {b} are day and month in an order yet to find.
_DATES = (
    ("9{8}", "%Y%m%d"),
    ("9{14}", "%Y%m%d%H%M%S"),
    ("9999-9{1,2}-9{1,2}", _ISO),
    ("9999(?P<by>[/.])9{1,2}(?P=by)9{1,2}", "%Y{by}%m{by}%d"),
    (f"9{{1,2}}(?P<by>[-/.])9{{1,2}}(?P=by){_YEAR}", "{a}{by}{b}{by}{year}"),
    (f"9{{1,2}}(?P<by>[-/. ]?)(?P<month>[bB])(?P=by){_YEAR}", "%d{by}%{month}{by}{year}"),
    (f"(?P<month>[bB]) 9{{1,2}}(?P<by>,? ){_YEAR}", "%{month} %d{by}{year}"),
    ("9999(?P<by>[-/ ])(?P<month>[bB])(?P=by)9{1,2}", "%Y{by}%{month}{by}%d"),
)


@dataclass(frozen=True, slots=True)
class DateDecision:
    """A date format; `certain` is False where the order of day and month is a guess."""

    format: DateFormat
    certain: bool
    reason: str

    @property
    def swapped(self) -> DateFormat:
        """The format with day and month in the other order."""
        return DateFormat(
            patterns=tuple(
                p.replace("%d", "%~").replace("%m", "%d").replace("%~", "%m")
                for p in self.format.patterns
            )
        )

    @property
    def doubt(self) -> str:
        """A sentence about a guessed order: how dates are read and why; "" where it is certain."""
        if self.certain:
            return ""
        read = " and ".join(
            f"{_EXAMPLE.strftime(pattern)} is read as {_EXAMPLE:%Y-%m-%d}"
            for pattern in self.format.patterns
        )
        return f"{read}: {self.reason}"


@dataclass(frozen=True, slots=True)
class _Shape:
    """One way of writing: its strptime pattern, with {a} and {b} where day and month may swap."""

    pattern: str
    count: int
    ambiguous: bool


def decide_date_format(values: pl.Series) -> DateFormat | None:
    """The patterns in which a column of text reads as dates, or None when under 90 % of it does.

    Several patterns where the column mixes them, the most frequent first.
    """
    decision = date_decision(values)
    return decision.format if decision else None


def date_decision(values: pl.Series) -> DateDecision | None:
    """As `decide_date_format`, with how sure it is and why."""
    filled = values.str.strip_chars().drop_nulls()
    filled = filled.filter(filled != "")
    if filled.is_empty():
        return None
    head = filled.gather_every(max(1, len(filled) // 500))
    if sum(shape.count for shape in _shapes(head)) < 0.8 * len(head):
        return None
    shapes = _shapes(filled)
    if any("%Y%m%d" in shape.pattern for shape in shapes) and not _plausible_digits(filled):
        return None
    if sum(shape.count for shape in shapes) < COVERAGE_MIN * len(filled):
        return None
    certain, reason, orders = True, "no other reading fits", _DAY_FIRST
    if any(shape.ambiguous for shape in shapes):
        halves = any("%p" in shape.pattern for shape in shapes if shape.ambiguous)
        found = _order(filled, halves=halves)
        if found is None:
            # Such values are no dates in either order, which is a fault of theirs if they are few.
            shapes = [shape for shape in shapes if not shape.ambiguous]
            if sum(shape.count for shape in shapes) < COVERAGE_MIN * len(filled):
                return None
        else:
            certain, reason, orders = found
    patterns = _patterns(shapes, orders)
    return DateDecision(DateFormat(patterns=patterns), certain, reason)


def _patterns(shapes: list[_Shape], orders: tuple[str, ...]) -> tuple[str, ...]:
    """Each shape's pattern in each order it is used in; all ISO forms are read by one.

    Those with a half of the day ("10:05 PM") have patterns of their own, which come first.
    """
    total = sum(shape.count for shape in shapes)
    iso = [shape for shape in shapes if _is_iso(shape.pattern)]
    timed = next((shape.pattern for shape in iso if "%H" in shape.pattern), _ISO)
    patterns: dict[str, None] = {}
    for shape in shapes:
        if _is_iso(shape.pattern):
            patterns[timed] = None
        elif shape.count >= MINORITY_MIN * total or shape is shapes[0]:
            for order in orders if shape.ambiguous else ("",):
                day_first = order == "dm"
                marks = ("%d", "%m") if day_first else ("%m", "%d")
                text = shape.pattern.replace("{a}", marks[0]).replace("{b}", marks[1])
                patterns[text] = None
    # What reads any ISO form would read over a half of the day.
    return tuple(sorted(patterns, key=_is_iso))


def _is_iso(pattern: str) -> bool:
    return pattern.startswith(_ISO) and "%p" not in pattern


def _shapes(filled: pl.Series) -> list[_Shape]:
    """The ways of writing a date found in a column, the most frequent first."""
    written = filled.alias("text").value_counts(name="rows")
    shaped = pl.col("text")
    if written["text"].str.contains("[A-Za-z]{3}").any():
        shaped = shaped.str.replace(rf"(?i)({_MONTHS})", "B")
        shaped = shaped.str.replace(rf"(?i)({_MONTHS_SHORT})\.?", "b")
    counts = (
        written.group_by(shaped.str.replace_all("[0-9]", "9").alias("shape"))
        .agg(pl.col("rows").sum())
        .sort(["rows", "shape"], descending=[True, False])
    )
    merged: dict[str, int] = {}
    for shape, count in counts.head(_SHAPES_MAX).rows():
        pattern = _pattern_of(shape)
        if pattern:
            merged[pattern] = merged.get(pattern, 0) + count
    ranked = sorted(merged.items(), key=lambda item: (-item[1], item[0]))
    return [_Shape(pattern, count, "{a}" in pattern) for pattern, count in ranked]


def _pattern_of(shape: str) -> str | None:
    clock = re.search(r"(, | |T)(9{1,2}:99(?::99(?:[.,]9+)?)?(?: ?[AaPp][Mm])?)(.*)$", shape)
    if clock is None:
        return _date_pattern(shape)
    day = _date_pattern(shape[: clock.start()])
    time = re.sub("^99", "9", clock[2]).lower()
    time = re.sub(r"\.9+", ".9", re.sub("[ap]m$", "pm", time))
    zone = bool(re.fullmatch(r" ?(?:Z|UTC|[+-]99(?::?99)?)", clock[3]))
    if day is None or time not in _TIMES or (clock[3] and not (zone and day == _ISO)):
        return None
    return day + clock[1] + _TIMES[time]


def _date_pattern(shape: str) -> str | None:
    """The strptime pattern of a date's shape: 9 a digit, b a short month name, B a long one."""
    for written, pattern in _DATES:
        if match := re.fullmatch(written, shape):
            found = match.groupdict()
            year = "%y" if found.get("year") == "99" else "%Y"
            return pattern.format(**{**found, "year": year}, a="{a}", b="{b}")
    return None


def _plausible_digits(filled: pl.Series) -> bool:
    """Whether eight digits are a day of 1970 to 2100 rather than a number."""
    digits = filled.filter(filled.str.contains("^[0-9]{8}"))
    plausible = digits.str.contains(
        "^(?:19[7-9][0-9]|20[0-9]{2}|2100)(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    )
    return int(plausible.sum()) >= 0.95 * len(digits)


def _order(filled: pl.Series, *, halves: bool) -> tuple[bool, str, tuple[str, ...]] | None:
    """Certain, why, and the orders in use ("dm", "md"), of numbers that could be day or month.

    halves: times of the day say AM or PM.
    """
    number = "([0-9]{1,2})"
    patterns = {
        "a": f"^{number}",
        "b": f"^{number}[-/.]{number}",
        "year": r"^.+?[-/.].+?[-/.]([0-9]+)",
    }
    parts = (
        pl.DataFrame({"text": filled})
        .select(
            pl.col("text").str.extract(pattern, pattern.count("(")).cast(pl.Int32).alias(name)
            for name, pattern in patterns.items()
        )
        .drop_nulls()
    )
    possible = parts.filter(
        (pl.min_horizontal("a", "b") <= 12)
        & (pl.min_horizontal("a", "b") >= 1)
        & (pl.max_horizontal("a", "b") <= 31)
    )
    if len(possible) < COVERAGE_MIN * len(parts):
        return None
    day_first = int((possible["a"] > 12).sum())
    month_first = int((possible["b"] > 12).sum())
    settled = day_first + month_first
    if settled == 0:
        dots = filled.str.contains(r"^[0-9]+\.").all()
        return _guess(possible, dots=dots, halves=halves)
    order = ("dm", "md") if day_first >= month_first else ("md", "dm")
    minority = min(day_first, month_first)
    first = f"{max(day_first, month_first):,} values have {_place(order[0])}"
    if minority < MINORITY_MIN * settled:
        return True, first, order[:1]
    return False, f"{first}, but {minority:,} have {_place(order[1])}", order


def _place(order: str) -> str:
    return "the day first" if order == "dm" else "the month first"


def _guess(parts: pl.DataFrame, *, dots: bool, halves: bool) -> tuple[bool, str, tuple[str, ...]]:
    """No value is above 12: the order in which the column is sorted, else the denser one.

    Else it is what the clock suggests: who writes AM and PM beside such dates mostly has the month
    first.
    """
    if dots:
        return True, "dates with points have the day first", ("dm",)
    in_day_first = parts["year"] * 372 + parts["b"] * 31 + parts["a"]
    in_month_first = parts["year"] * 372 + parts["a"] * 31 + parts["b"]
    if (in_day_first == in_month_first).all():
        return True, "day and month are equal in every value", ("dm",)
    gain = _sortedness(in_day_first) - _sortedness(in_month_first)
    if abs(gain) > 0.1:
        order = "dm" if gain > 0 else "md"
        return len(parts) >= 20, f"with {_place(order)} the column is sorted", (order,)
    spans = [_span(in_day_first), _span(in_month_first)]
    if max(spans) > 2 * min(spans):
        order = "dm" if spans[0] < spans[1] else "md"
        return False, f"with {_place(order)} the dates lie closer together", (order,)
    if halves:
        return (
            False,
            "no value is above 12, and beside AM and PM the month mostly comes first",
            ("md",),
        )
    return False, "no value is above 12, so the day is taken to come first", ("dm",)


def _sortedness(numbers: pl.Series) -> float:
    steps = numbers.diff().drop_nulls()
    if steps.is_empty():
        return 1.0
    return max(int((steps >= 0).sum()), int((steps <= 0).sum())) / len(steps)


def _span(numbers: pl.Series) -> int:
    ordered = numbers.sort()
    return int(ordered[-1]) - int(ordered[0])
