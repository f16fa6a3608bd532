"""Why a break is out of pattern, or is not: sentences whose numbers anybody can recompute."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cached_property
from itertools import chain
from typing import Any, Final

import numpy as np
import polars as pl

from tieout.detect.detector import FloatArray
from tieout.detect.history.channels import Channel
from tieout.detect.history.features import RECENT, TREND, WINDOW, WINDOW_MIN
from tieout.detect.history.ground import Ground
from tieout.detect.history.volume import Surges
from tieout.model.figures import fixed_text

REASONS_MAX: Final = 3
_P_SAID_MAX: Final = 0.01
_EPOCH: Final = date(1970, 1, 1)
_SAID: Final = 40  # Characters of a value.

_READ: Final = (
    *("code", "quantity", "currency", "at", "before", "median", "low", "high", "mean", "std"),
    *("median_recent", "median_old", "before_old", "recent_since", "slope", "trend_since"),
    *("rows_before", "breaks_before", "days_before", "days_known", "run_same", "same_since"),
    "on_day",
)

_SIZE_KNOWN: Final = "size_known"

Row = Mapping[str, Any]


def write_reasons(
    ground: Ground, log_p: Mapping[Channel, FloatArray], surges: Surges, anomalous: np.ndarray
) -> pl.Series:
    """A list of sentences for each current break, the strongest first.

    log_p, surges, anomalous: of the current breaks in their order in `ground.breaks`. A break
    that is in pattern gets one sentence, what it was compared with.
    """
    current = ground.described()
    current = current.select(name for name in _READ if name in current.columns).with_columns(
        ground.breaks.filter("current").select(ground.observations.columns)
    )
    writer = _Writer(ground)
    known = writer.sizes_known(current)
    names = list(log_p)
    table = np.stack(list(log_p.values())) if names else np.zeros((0, current.height))
    order = np.argsort(table, axis=0, kind="stable")[:REASONS_MAX]
    usual = writer.in_pattern(known, current["rows_before"] == 0)
    odd = np.flatnonzero(anomalous)
    said = []
    for place, size, row in zip(
        odd.tolist(), known[odd], current[odd].iter_rows(named=True), strict=True
    ):
        told = {**row, _SIZE_KNOWN: size}
        said.append(
            [
                writer.sentence(names[channel], told, surges, place)
                for nth, channel in enumerate(order[:, place])
                if nth == 0 or table[channel, place] <= np.log(_P_SAID_MAX)
            ]
        )
    return _as_lists(usual, odd, said)


def _as_lists(usual: pl.Series, odd: np.ndarray, said: list[list[str]]) -> pl.Series:
    """A list of one sentence for each row, and in the rows `odd` what was said of these."""
    if not said:
        return usual.reshape((-1, 1)).arr.to_list().alias("reasons")
    others = np.delete(np.arange(len(usual)), odd)
    of_row = np.concatenate([others, np.repeat(odd, [len(each) for each in said])])
    written = pl.Series(chain.from_iterable(said), dtype=pl.String)
    # Lists are made by grouping: handed over as lists, each would be looked at by itself.
    texts = pl.DataFrame({"row": of_row, "reasons": pl.concat([usual[others], written])})
    grouped = texts.sort("row", maintain_order=True).group_by("row", maintain_order=True)
    return grouped.agg("reasons")["reasons"]


class _Writer:
    """Knows what sentences need beside their row."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.sentences: dict[Channel, Callable[[Row], str]] = {
            Channel.LEVEL: self.level,
            Channel.SHIFT: self.shift,
            Channel.TREND: self.trend,
            Channel.RATE: self.rate,
            Channel.STALE: self.stale,
            Channel.REPEATED: self.repeated,
            Channel.NEW: self.new,
        }

    def sentence(self, channel: Channel, row: Row, surges: Surges, place: int) -> str:
        """What one channel says of one break."""
        if channel is Channel.VOLUME:
            return self.volume(surges, place)
        return self.sentences[channel](row)

    def in_pattern(self, known: pl.Series, fresh: pl.Series) -> pl.Series:
        """What breaks that are not odd were compared with. fresh: their key has no earlier row."""
        nothing = pl.lit("Nothing earlier to compare it with.")
        said = pl.format("In pattern: {}.", known)
        if self.ground.against_past:
            new = pl.format("In pattern, though its key is new: {}.", known)
            said = pl.when(fresh).then(new).otherwise(said)
        chosen = pl.when(known == "").then(nothing).otherwise(said)
        return pl.select(chosen.alias("reasons")).to_series()

    def level(self, row: Row) -> str:
        """A size beyond the usual."""
        return f"Spike: {row[_SIZE_KNOWN] or self._amount(row['quantity'])}."

    def sizes_known(self, rows: pl.DataFrame) -> pl.Series:
        """What the size of each break is compared with: its key's, else its peers'; "" if none."""
        own = ((rows["before"] >= WINDOW_MIN) & rows["median"].is_not_null()).to_numpy()
        if own.all():
            return self._own_sizes(rows)
        said = [self._peers_size(row) for row in rows.filter(~own).iter_rows(named=True)]
        known = pl.repeat("", rows.height, dtype=pl.String, eager=True)
        known = known.scatter(np.flatnonzero(~own), said)
        return known.scatter(np.flatnonzero(own), self._own_sizes(rows.filter(own)))

    def _own_sizes(self, rows: pl.DataFrame) -> pl.Series:
        past = self.ground.against_past
        counts = rows["before"].clip(upper_bound=WINDOW) if past else rows["before"]
        quantity, low, high, median = (
            fixed_text(rows[name].to_numpy(), self.ground.observations.decimals)
            for name in ("quantity", "low", "high", "median")
        )
        among = "the last {} breaks" if past else "the {} other breaks"
        text = pl.format(
            f"{{}} against {{}} to {{}} in {among} of this key (median {{}}{{}})",
            *(quantity, low, high, counts.cast(pl.String), median, self._beyond(rows)),
        )
        return pl.select(text.alias("known")).to_series()

    def _beyond(self, rows: pl.DataFrame) -> pl.Series:
        """How far sizes lie from the mean of what they are compared with, where that scatters."""
        scattered = (rows["std"] > 0.0).fill_null(value=False)
        said = pl.repeat("", rows.height, dtype=pl.String, eager=True)
        some = rows.filter(scattered)
        if some.is_empty():
            return said
        sigmas = ((some["quantity"] - some["mean"]) / some["std"]).to_numpy()
        far = fixed_text(np.abs(sigmas), 1).str.replace_all(",", "", literal=True)
        side = pl.when(pl.Series(sigmas > 0)).then(pl.lit("above")).otherwise(pl.lit("below"))
        mean = fixed_text(some["mean"].to_numpy(), self.ground.observations.decimals)
        text = pl.format("; {} standard deviations {} their mean {}", far, side, mean)
        return said.scatter(np.flatnonzero(scattered.to_numpy()), pl.select(text).to_series())

    def _peers_size(self, row: Row) -> str:
        usual, count = self._peer_sizes.get(self._peer_of(row), (0.0, 0))
        if not usual or count <= WINDOW_MIN:
            return ""
        attribute = self.ground.peers
        whose = f" with {self._label(attribute)} {_short(row[attribute])}" if attribute else ""
        currency = f" in {row['currency']}" if row["currency"] else ""
        which = "earlier breaks" if self.ground.against_past else "breaks"
        return (
            f"{self._amount(row['quantity'])} is {abs(row['quantity']) / usual:,.1f} times the "
            f"usual size {self._amount(usual)} of {count:,} {which}{whose}{currency}"
        )

    @cached_property
    def _peer_sizes(self) -> dict[tuple[Any, ...], tuple[float, int]]:
        breaks = self.ground.breaks
        if self.ground.against_past:
            breaks = breaks.filter(~pl.col("current"))
        sizes = breaks.group_by(self._peer_columns).agg(
            pl.col("quantity").abs().median().alias("usual"), pl.len().alias("count")
        )
        return {tuple(row[:-2]): (row[-2], row[-1]) for row in sizes.iter_rows()}

    @property
    def _peer_columns(self) -> list[str]:
        return ["currency", *([self.ground.peers] if self.ground.peers else [])]

    def _peer_of(self, row: Row) -> tuple[Any, ...]:
        return tuple(row[name] for name in self._peer_columns)

    def shift(self, row: Row) -> str:
        """A level that has moved."""
        count = min(row["before_old"], WINDOW)
        return (
            f"Level shift: the median of the last {RECENT} breaks of this key is "
            f"{self._amount(row['median_recent'])}, of the {count} before them "
            f"{self._amount(row['median_old'])}{self._since(row['recent_since'])}."
        )

    def trend(self, row: Row) -> str:
        """A line that goes one way."""
        way = "rose" if row["slope"] > 0 else "fell"
        return (
            f"Trend: the last {TREND} breaks of this key {way} by "
            f"{self._amount(abs(row['slope']))} each (least squares)"
            f"{self._since(row['trend_since'])}."
        )

    def rate(self, row: Row) -> str:
        """A key that hardly ever breaks."""
        if not self.ground.against_past:
            past = self.ground.rows.filter(~pl.col("current"))
            broken = int(past["is_break"].sum())
            return f"Rare: {broken:,} of {past.height:,} earlier rows broke."
        if row["rows_before"] == row["breaks_before"]:
            days, of = row["days_before"], row["days_known"]
            return f"Rare: this key broke on {days:,} of {of:,} earlier days."
        return (
            f"Rare: this key broke in {row['breaks_before']:,} of "
            f"{row['rows_before']:,} earlier rows."
        )

    def stale(self, row: Row) -> str:
        """A difference that stands."""
        return (
            f"Stale: the same difference of {self._amount(row['quantity'])} stood in "
            f"{row['run_same']:,} breaks in a row{self._since(row['same_since'])}."
        )

    def repeated(self, row: Row) -> str:
        """A key that breaks several times."""
        if not (self.ground.against_past and self.ground.observations.dated):
            return f"Repeated key: {self._now[row['code']]:,} breaks have this key."
        days = row["days_before"]
        usual = f"{row['before'] / days:,.1f} a day on {days:,} earlier days" if days else "no day"
        return (
            f"Repeated key: {row['on_day']:,} breaks of this key{self._on(row['at'])}; "
            f"{usual} with a break before."
        )

    @cached_property
    def _now(self) -> dict[int, int]:
        return dict(self.ground.breaks.filter("current")["code"].value_counts().iter_rows())

    def new(self, row: Row) -> str:
        """A key that was never seen."""
        if not self.ground.against_past:
            return f"Rare combination: {row['before'] + 1:,} of {len(self.ground.breaks):,} breaks."
        counts = {name: self._values[name].get(row[name], 0) for name in self._values}
        rows = f"{self._rows_of_history:,} earlier rows"
        unseen = [name for name, count in counts.items() if not count]
        if unseen:
            named = " and ".join(f"{self._label(name)} {_short(row[name])}" for name in unseen[:2])
            return f"New combination: {named} never occurred in {rows}."
        seen = ", ".join(
            f"{self._label(name)} {_short(row[name])} {count:,} times"
            for name, count in counts.items()
        )
        together = f", each value did ({seen})" if seen else ""
        return f"New combination: this key never occurred in {rows}{together}."

    @cached_property
    def _values(self) -> dict[str, dict[str, int]]:
        rows = self.ground.rows.filter(~pl.col("current"))
        return {
            name: dict(rows[name].value_counts().iter_rows())
            for name in self.ground.observations.columns
        }

    @cached_property
    def _rows_of_history(self) -> int:
        return int((~self.ground.rows["current"]).sum())

    def volume(self, surges: Surges, place: int) -> str:
        """A value with too many breaks."""
        surge = surges.found[surges.of_row[place]]
        shared = " and ".join(f"{self._label(name)} {_short(each)}" for name, each in surge.values)
        return (
            f"Volume: {surge.breaks:,} breaks with {shared}"
            f"{self._on(surge.at)}; {surge.mean:,.1f} a day over the {surge.days:,} days before."
        )

    def _label(self, column: str) -> str:
        return self.ground.observations.label(column)

    @cached_property
    def _amount(self) -> Callable[[float], str]:
        return f"{{:,.{self.ground.observations.decimals}f}}".format

    def _since(self, at: int | None) -> str:
        if at is None or not self.ground.observations.dated:
            return ""
        return f", since {_EPOCH + timedelta(days=int(at))}"

    def _on(self, at: int) -> str:
        return f" on {_EPOCH + timedelta(days=int(at))}" if self.ground.observations.dated else ""


def _short(value: str) -> str:
    return value if len(value) <= _SAID else f"{value[: _SAID - 1]}\N{HORIZONTAL ELLIPSIS}"
