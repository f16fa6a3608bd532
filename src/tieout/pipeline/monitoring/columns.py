"""Which columns of a stream are what: by the spec, else by their names and values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, Literal

from tieout.export.run_report import Choice
from tieout.model.errors import InputError
from tieout.model.table import Kind
from tieout.monitor.spec import InputSpec, MonitorSpec
from tieout.monitor.statuses import APPROVED, StatusBook, cleaned, known_words
from tieout.sources.source import Source
from tieout.sources.typed.decide_kind import SAMPLE_ROWS, decide_reading, native_reading
from tieout.sources.typed.expressions import kind_of_type
from tieout.sources.typed.reading import Reading, doubt_about_dates

if TYPE_CHECKING:
    import polars as pl

Layout = Literal["events", "counts", "wide"]

CLOCK: Final = re.compile(r"^\s*(\d{1,2})\s*(?:h|:)\s*(\d{2})(?::\d{2})?\s*$", re.IGNORECASE)
_HAS_CLOCK: Final = r"\d ?[hH:] ?\d|[T ]\d{1,2} ?[AaPp]\.?[Mm]"
_TIMES: Final = (
    "timestamp", "time", "datetime", "date_time", "event_time", "created_at", "occurred_at", "ts",
    "minute", "moment", "date",
)  # fmt: skip
_DATES: Final = ("date", "day", "business_date", "event_date")
_AROUND: Final = re.compile(
    r"^(?:count|counts|n|num|number|total|qty)_(?:of_)?|_(?:count|counts|total|qty)$"
)
_STATUSES: Final = ("status", "state", "result", "outcome", "transaction_status", "response")
_CODES: Final = ("auth_code", "response_code", "authorization_code", "iso_code", "code")
_COUNTS: Final = (
    "count", "counts", "n", "cnt", "f0_", "quantity", "qty", "qtd", "transactions", "number",
    "volume", "total",
)  # fmt: skip
_AMOUNTS: Final = ("amount", "value", "transaction_amount", "amt")
_AMOUNT_WORDS: Final = frozenset(("amount", "amt", "gross", "value"))
_CURRENCIES: Final = ("currency", "ccy", "currency_code", "transaction_currency")
_DURATIONS: Final = (
    "duration_ms", "latency_ms", "response_time_ms", "elapsed_ms", "duration", "latency",
    "elapsed", "duration_s", "latency_s", "duration_seconds",
)  # fmt: skip
_DURATION_WORDS: Final = frozenset(("latency", "duration", "elapsed", "ms"))
_REQUESTS: Final = ("request_time", "requested_at", "request_at", "started_at")
_RESPONSES: Final = ("response_time", "responded_at", "response_at", "finished_at", "ended_at")
_DIMENSIONS: Final = (
    "channel", "product", "acquirer", "card_type", "currency", "auth_code", "response_code",
    "country", "issuer", "gateway", "processor", "brand", "method", "payment_method", "region",
    "merchant", "terminal", "host", "card_brand", "network",
)  # fmt: skip
_DENIES: Final = ("not_", "non_", "no_", "never_")
_DIMENSIONS_MAX: Final = 8
_DISTINCT_MAX: Final = 50
_KNOWN_SHARE_MIN: Final = 0.5


@dataclass(frozen=True)
class Columns:
    """What is read from where. None where the file has no such column.

    status: None for the wide layout, whose columns in `wide` are statuses, each behind `prefix`.
    clock: the times are times of a day without a date; date: the column that has their days.
    """

    layout: Layout
    time: str
    status: str | None = None
    count: str | None = None
    wide: tuple[str, ...] = ()
    prefix: str = ""
    amount: str | None = None
    currency: str | None = None
    duration: str | None = None
    duration_seconds: bool = False
    request: str | None = None
    response: str | None = None
    dimensions: tuple[str, ...] = ()
    partition: str | None = None
    clock: bool = False
    date: str | None = None
    choices: tuple[Choice, ...] = field(default=(), compare=False)

    def kinds(self, columns: Sequence[str]) -> dict[str, Kind]:
        """The kind that each column of the file is read as."""
        kinds = dict.fromkeys(columns, Kind.CATEGORY)
        if not self.clock:
            kinds[self.time] = Kind.TIME
        for name in (self.request, self.response, self.date):
            if name:
                kinds[name] = Kind.TIME
        for name in (self.count, self.amount, self.duration, *self.wide):
            if name:
                kinds[name] = Kind.NUMBER
        return kinds


def find_columns(source: Source, monitor: MonitorSpec) -> Columns:
    """Settle the columns. Raises InputError where the time or the statuses cannot be found."""
    sample, spec = source.sample(SAMPLE_ROWS), monitor.input
    for name in _named(spec):
        if name not in source.columns:
            near = get_close_matches(name, source.columns, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(f"{source.name}: there is no column {name!r}{hint}")
    words = {cleaned(word) for words in monitor.statuses.values() for word in words}
    book = StatusBook(monitor.statuses)
    return _Finder(source, sample, spec, known_words() | words, book).found()


def _named(spec: InputSpec) -> list[str]:
    single = (
        spec.time, spec.status, spec.count, spec.amount, spec.currency, spec.duration,
        spec.request_time, spec.response_time, spec.partition,
    )  # fmt: skip
    return [*(name for name in single if name), *(spec.dimensions or ())]


class _Finder:
    """One search over a source's sample."""

    def __init__(
        self,
        source: Source,
        sample: "pl.DataFrame",
        spec: InputSpec,
        known: frozenset[str],
        book: StatusBook,
    ) -> None:
        self.source, self.sample, self.spec, self.known = source, sample, spec, known
        self.book = book
        self.choices: list[Choice] = []
        self.readings: dict[str, Reading] = {}
        # A currency may be a dimension too.
        self.taken: set[str] = {name for name in _named(spec) if name != spec.currency}
        self.kinds = {name: self._kind(name) for name in source.columns}

    def found(self) -> Columns:
        """All of it."""
        time, clock = self._time()
        self._doubt(time)
        self.taken.add(time)
        self.date = self._date() if clock else None
        self._doubt(self.date)
        status = self.spec.status or self._status()
        prefix, wide = ("", ()) if status else self._wide()
        if status is None and not wide:
            raise InputError(
                f"{self.source.name}: no column of statuses such as approved and denied; name it "
                "as `input: {status: COLUMN}` in --spec"
            )
        if status is None:
            self._chose("status", ", ".join(wide), "columns named like statuses")
            self._warn_without_approved([status_of_column(name, prefix) for name in wide])
            return Columns(
                "wide", time, wide=wide, prefix=prefix, clock=clock, date=self.date,
                choices=tuple(self.choices),
            )  # fmt: skip
        self.taken.add(status)
        count = self._count()
        if count is not None:
            self.taken.add(count)
        self._warn_without_approved(self.sample[status].drop_nulls().unique().to_list())
        return self._whole(time, status, count, clock)

    def _whole(self, time: str, status: str, count: str | None, clock: bool) -> Columns:
        counts = count is not None
        amount = self.spec.amount or (None if counts else self._number(_AMOUNTS, _AMOUNT_WORDS))
        duration = self.spec.duration or (
            None if counts else self._number(_DURATIONS, _DURATION_WORDS)
        )
        request = self.spec.request_time or self._by_name(_REQUESTS, Kind.TIME)
        response = self.spec.response_time or self._by_name(_RESPONSES, Kind.TIME)
        self.taken |= {name for name in (amount, duration, request, response) if name}
        unit = self.spec.duration_unit or (
            "s" if duration and cleaned(duration).endswith(("_s", "seconds")) else "ms"
        )
        return Columns(
            "counts" if counts else "events",
            time,
            status,
            count,
            amount=amount,
            currency=self._currency() if amount else None,
            duration=duration,
            duration_seconds=unit == "s",
            request=request if response else None,
            response=response if request else None,
            dimensions=self._dimensions(),
            partition=self.spec.partition,
            clock=clock,
            date=self.date,
            choices=tuple(self.choices),
        )

    def _currency(self) -> str | None:
        named = [n for n in self.source.columns if _rank(n, _CURRENCIES) < len(_CURRENCIES)]
        found = self.spec.currency or min(named, key=lambda n: _rank(n, _CURRENCIES), default=None)
        if found and not self.spec.currency:
            self._chose("currency", found, "by its name")
        return found

    def _kind(self, name: str) -> Kind:
        dtype = self.source.table[name].type()
        if dtype.is_string():
            reading = decide_reading(name, self.sample[name])
            self.readings[name] = reading
            return reading.kind
        kind = kind_of_type(dtype)
        return native_reading(kind, name, self.sample[name], integer=dtype.is_integer()).kind

    def _chose(self, subject: str, value: str, reason: str, *, certain: bool = True) -> None:
        self.choices.append(Choice(subject, value, reason, certain))

    def _doubt(self, name: str | None) -> None:
        """Say it where day and month of the dates may be the other way round."""
        reading = self.readings.get(name or "")
        if reading is not None and reading.doubt:
            self._chose(*doubt_about_dates(name or "", reading), certain=False)

    def _time(self) -> tuple[str, bool]:
        if self.spec.time:
            if self.kinds[self.spec.time] is Kind.TIME and self._is_day(self.spec.time):
                raise InputError(self._without_clock(self.spec.time))
            return self.spec.time, self._is_clock(self.spec.time)
        free = [name for name in self.source.columns if name not in self.taken]
        usable = [n for n in free if self.kinds[n] is Kind.TIME or self._is_clock(n)]
        if not usable:
            raise InputError(
                f"{self.source.name}: no column of times; name it as `input: {{time: COLUMN}}` in "
                "--spec"
            )
        timed = [name for name in usable if not self._is_day(name)]
        if not timed:
            raise InputError(self._without_clock(usable[0]))
        best = min(timed, key=lambda name: (_rank(name, _TIMES), usable.index(name)))
        clock = self._is_clock(best)
        reason = "times of a day; the first day is taken from the spec" if clock else "moments"
        self._chose("time", best, reason, certain=not clock)
        return best, clock

    def _is_day(self, name: str) -> bool:
        """Whether a column holds days without a time of the day."""
        values = self.sample[name].drop_nulls()
        if not self.source.table[name].type().is_string():
            return bool(self.source.table[name].type().is_date())
        if self._is_clock(name) or values.str.contains(r"^\d+(?:\.\d+)?$").all():
            return False
        return not values.str.contains(_HAS_CLOCK).any()

    def _without_clock(self, name: str) -> str:
        values = self.sample[name]
        row = int(values.is_not_null().arg_true()[0])
        return (
            f"{self.source.name}: row {row + 1}, column {name!r}: {values[row]!r}, expected a time "
            f"of the day too, such as {values[row]} 09:05, or a column of such times beside it"
        )

    def _warn_without_approved(self, words: Sequence[str]) -> None:
        """Rates are shares of all that is there."""
        if APPROVED not in {self.book.canonical(word) for word in words}:
            why = "nothing is approved: rates are shares of the other statuses"
            self._chose("approved", "none", why, certain=False)

    def _date(self) -> str | None:
        """The days of times of a day: a column of moments beside them."""
        days = [name for name in self._free() if self.kinds[name] is Kind.TIME]
        days = [name for name in days if not self._is_clock(name)]
        if not days:
            return None
        best = min(days, key=lambda name: (_rank(name, _DATES), days.index(name)))
        self.taken.add(best)
        self._chose("date", best, "the days of the times", certain=True)
        return best

    def _is_clock(self, name: str) -> bool:
        values = self.sample[name].drop_nulls().head(200).to_list()
        return bool(values) and sum(bool(CLOCK.match(each)) for each in values) > len(values) / 2

    def _status(self) -> str | None:
        best: tuple[float, str] | None = None
        for name in self._free():
            words = {cleaned(each) for each in self.sample[name].drop_nulls().unique().to_list()}
            share = len(words & self.known) / max(len(words), 1)
            named = _rank(name, _STATUSES) < len(_STATUSES)
            if share >= _KNOWN_SHARE_MIN or (named and self.kinds[name] is Kind.CATEGORY):
                rating = share + named
                best = max(best, (rating, name)) if best else (rating, name)
        if best is None:
            return self._code()
        self._chose("status", best[1], "its values are statuses")
        return best[1]

    def _code(self) -> str | None:
        """Where there are only codes of answers, each code but the approving ones has a rate."""
        codes = [name for name in self._free() if _rank(name, _CODES) < len(_CODES)]
        if not codes:
            return None
        best = min(codes, key=lambda name: _rank(name, _CODES))
        self._chose("status", best, "no statuses, but codes of answers")
        return best

    def _count(self) -> str | None:
        if self.spec.count or self.spec.format == "events":
            return self.spec.count
        numbers = [name for name in self._free() if self.kinds[name] is Kind.NUMBER]
        named = [name for name in numbers if _rank(name, _COUNTS) < len(_COUNTS)]
        others = [name for name in self.source.columns if name != self.date]
        if not named and (len(numbers) != 1 or len(others) > 3):
            return None
        if not named and (_speaks(numbers[0], _AMOUNT_WORDS | _DURATION_WORDS)):
            return None
        found = min(named, key=lambda name: _rank(name, _COUNTS)) if named else numbers[0]
        self._chose("count", found, "a number beside time and status", certain=bool(named))
        return found

    def _wide(self) -> tuple[str, tuple[str, ...]]:
        """Columns of statuses, and the first word of their names where all begin alike."""
        numbers = [name for name in self._free() if self.kinds[name] is Kind.NUMBER]
        for prefix in ("", *dict.fromkeys(cleaned(name).split("_")[0] + "_" for name in numbers)):
            found = [name for name in numbers if cleaned(name).startswith(prefix)]
            found = [name for name in found if status_of_column(name, prefix) in self.known]
            if found and (not prefix or (len(found) > 1 and prefix not in _DENIES)):
                return prefix, tuple(found)
        return "", ()

    def _number(self, names: Sequence[str], words: frozenset[str]) -> str | None:
        """A number by one of the names, else the first whose name has one of the words in it."""
        exact = self._by_name(names, Kind.NUMBER)
        if exact:
            return exact
        fits = [n for n in self._free() if self.kinds[n] is Kind.NUMBER and _speaks(n, words)]
        if not fits:
            return None
        self.taken.add(fits[0])
        self._chose(names[0].removesuffix("_ms"), fits[0], "by a word in its name", certain=False)
        return fits[0]

    def _by_name(self, names: Sequence[str], kind: Kind) -> str | None:
        fits = [n for n in self._free() if self.kinds[n] is kind and _rank(n, names) < len(names)]
        if not fits:
            return None
        best = min(fits, key=lambda name: _rank(name, names))
        self.taken.add(best)
        self._chose(names[0].removesuffix("_ms"), best, "by its name")
        return best

    def _dimensions(self) -> tuple[str, ...]:
        if self.spec.dimensions is not None:
            return self.spec.dimensions
        fits = []
        for name in self._free():
            distinct = self.sample[name].drop_nulls().n_unique()
            named = _rank(name, _DIMENSIONS) < len(_DIMENSIONS)
            grouped = self.kinds[name] is Kind.CATEGORY and 2 <= distinct <= _DISTINCT_MAX
            if (named and distinct >= 2) or grouped:
                fits.append(name)
        found = tuple(sorted(fits, key=lambda n: _rank(n, _DIMENSIONS))[:_DIMENSIONS_MAX])
        if found:
            self._chose("dimensions", ", ".join(found), "columns that group events")
        return found

    def _free(self) -> list[str]:
        return [name for name in self.source.columns if name not in self.taken]


def status_of_column(name: str, prefix: str = "") -> str:
    """The status that a column counts; `prefix` is what all such columns begin with.

    >>> status_of_column("Approved"), status_of_column("count_denied"), status_of_column("n failed")
    ('approved', 'denied', 'failed')
    >>> status_of_column("TX Denied", "tx_")
    'denied'
    """
    return _AROUND.sub("", cleaned(name).removeprefix(prefix))


def _speaks(name: str, words: frozenset[str]) -> bool:
    """Whether one of the words is in a name: of `amount_brl` and of `grossAmount`, `amount` is."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return not words.isdisjoint(cleaned(apart).split("_"))


def _rank(name: str, names: Sequence[str]) -> int:
    short = cleaned(name) if name != "f0_" else name
    return names.index(short) if short in names else 99
