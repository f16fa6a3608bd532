"""From typed rows to judged breaks, in the columns of the contract."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from tieout.detect.history.judge import Judged, judge_history
from tieout.detect.history.observations import Observations
from tieout.detect.history.severity import severities
from tieout.engines.base import Engine
from tieout.pipeline.analyze_buckets import explain_breaks
from tieout.pipeline.analyze_spec import AnalyzeSpec
from tieout.pipeline.analyze_split import Split
from tieout.pipeline.assistant_naming import Asking, NamedByAssistant, name_by_assistant
from tieout.pipeline.words_naming import name_by_words
from tieout.pipeline.words_vocabulary import Vocabulary
from tieout.reconcile.breaks import finish_breaks

_EPOCH: Final = date(1970, 1, 1)
KEY_SEPARATOR: Final = " | "
_USUAL_ROWS: Final = 500


@dataclass(frozen=True)
class JudgedBreaks:
    """The current breaks.

    breaks: the contract's columns, by row; `incident_id` is still null. details: row, category,
    kind (the bucket, or the category where no bucket is known), since (epoch days), key (without
    the row's own name) and the attributes, for the same rows in the same order. observations: what
    was judged, by whom.
    """

    breaks: pl.DataFrame
    details: pl.DataFrame
    judged: Judged
    observations: Observations
    as_of: date | None
    words: dict[str, Any] = field(default_factory=dict)
    assistant: dict[str, Any] = field(default_factory=dict)


def judge_rows(
    split: Split,
    spec: AnalyzeSpec,
    *,
    scale: int,
    as_of: date | None,
    vocabulary: Vocabulary | None = None,
    asking: Asking | None = None,
    engine: Engine | None = None,
) -> JudgedBreaks:
    """Judge the current breaks by history, say what they are, and how much they matter.

    engine: where what was before each break is computed, this process without one.
    """
    observations = observe(split, spec, scale=scale)
    judged = judge_history(observations, engine)
    current = split.current.filter(pl.col("is_break"))
    # Rows without names of their own, some of which agree, are balances of a day.
    agreeing = any(not part["is_break"].all() for part in (split.current, split.history))
    balances = agreeing and spec.id is None
    explained = explain_breaks(current, scale=scale, balances=balances)
    words: dict[str, Any] = {}
    if vocabulary is not None:
        named = name_by_words(
            explained, _comments(current), vocabulary, usual=lambda: _of_agreeing(split)
        )
        explained = named.breaks
        words = {"sha256": vocabulary.sha256, "similarities": list(named.similarities)}
    found = pl.concat([current, explained], how="horizontal")
    named_by_model = NamedByAssistant(found)
    if asking is not None:
        named_by_model = name_by_assistant(_as_found(found, spec), _comments(current), asking)
        found = found.with_columns(
            named_by_model.breaks.select("bucket", "bucket_confidence", "evidence").get_columns()
        )
    as_of = as_of or _last_day(split)
    breaks = finish_breaks(
        _as_found(found, spec),
        reconciliation=spec.analysis,
        scale=scale,
        as_of=as_of,
        next_steps=vocabulary.next_steps if vocabulary is not None else None,
    )
    breaks = breaks.with_columns(_identity(found["identity"], breaks["break_id"]))
    frame = _in_order(judged.frame, found["row"])
    details = _details(found, frame, spec)
    sized = pl.DataFrame(
        {
            "amount": found["units"].abs().cast(pl.Float64) / 10.0**scale,
            "currency": found["currency"],
            "anomalous": frame["anomalous"],
            "age_days": _standing(frame, breaks["age_days"], as_of),
        }
    )
    usual = split.history if split.history["is_break"].any() else split.current
    usual = usual.filter("is_break").select(
        (pl.col("units").abs().cast(pl.Float64) / 10.0**scale).alias("amount"), "currency"
    )
    severity = severities(sized, usual, spec.severity)
    judged_columns = frame.select("score", "p_value", "anomalous", "reasons").get_columns()
    return JudgedBreaks(
        breaks=breaks.with_columns(*judged_columns, severity),
        details=details,
        judged=judged,
        observations=observations,
        as_of=as_of,
        words=words,
        assistant=named_by_model.options,
    )


def _comments(rows: pl.DataFrame) -> list[str]:
    return rows["comment"].fill_null("").to_list()


def _of_agreeing(split: Split) -> list[str]:
    """Comments of rows that are no breaks, evenly over both parts."""
    agreeing = pl.concat(
        [
            part.filter(~pl.col("is_break")).select("comment")
            for part in (split.history, split.current)
        ]
    )
    return _comments(agreeing.gather_every(max(1, agreeing.height // _USUAL_ROWS)))


def observe(split: Split, spec: AnalyzeSpec, *, scale: int) -> Observations:
    """History and present in the shape that is judged."""
    dated = split.current["date"].count() > 0
    # A row without a date stands on the last day, one of history on its first.
    last = split.current.select(pl.col("date").max().fill_null(0)).item()
    first = split.history.select(pl.col("date").min().fill_null(last - 1)).item()
    parts = []
    for part, current in ((split.history, False), (split.current, True)):
        # Without dates all of the present is one day, and each row of history one before it.
        undated = pl.lit(0) if current else pl.int_range(pl.len()) - pl.len()
        day = pl.col("date").fill_null(pl.lit(last if current else first, pl.Int32))
        parts.append(
            part.select(
                "row",
                pl.lit(current).alias("current"),
                (pl.col("key") + KEY_SEPARATOR + pl.col("currency")).alias("key"),
                (day if dated else undated).cast(pl.Int32).alias("at"),
                (pl.col("units").cast(pl.Float64) / 10.0**scale).alias("quantity"),
                "units",
                "is_break",
                "currency",
                *(f"attribute_{at}" for at in range(len(spec.shared))),
            )
        )
    return Observations(frame=pl.concat(parts), attributes=spec.shared, dated=dated, decimals=scale)


def _as_found(found: pl.DataFrame, spec: AnalyzeSpec) -> pl.DataFrame:
    """In BREAK_SCHEMA: the rows of the file are those of the left side."""
    parts = [*(["key"] if spec.key else []), *(["id"] if spec.id else [])]
    key = pl.concat_str(parts, separator=KEY_SEPARATOR) if parts else pl.lit("")
    left, right = pl.col("left").is_not_null(), pl.col("right").is_not_null()
    return found.select(
        pl.when(left == right)
        .then(pl.lit("both"))
        .when(left)
        .then(pl.lit("left"))
        .otherwise(pl.lit("right"))
        .alias("side"),
        pl.concat_list("row").alias("left_rows"),
        pl.lit([], dtype=pl.List(pl.Int64)).alias("right_rows"),
        key.alias("key"),
        pl.col("left").alias("amount_left"),
        pl.col("right").alias("amount_right"),
        pl.col("units").alias("difference"),
        "currency",
        pl.col("date").alias("date_left"),
        pl.col("date").alias("date_right"),
        "bucket",
        "bucket_confidence",
        "evidence",
        pl.lit([], dtype=pl.List(pl.String)).alias("candidates"),
    )


def _details(found: pl.DataFrame, frame: pl.DataFrame, spec: AnalyzeSpec) -> pl.DataFrame:
    known = pl.col("bucket") != "unknown"
    return found.select(
        "row",
        pl.Series("anomalous", frame["anomalous"]),
        pl.Series("category", frame["category"]),
        pl.when(known).then("bucket").otherwise(pl.Series(frame["category"])).alias("kind"),
        pl.Series("since", frame["since"]),
        pl.col("date").alias("at"),
        "key",
        "currency",
        "comment",
        *(f"attribute_{at}" for at in range(len(spec.shared))),
    )


def _identity(kept: pl.Series, computed: pl.Series) -> pl.Series:
    """Breaks that a run of ours found are still the same ones; others are what they are here."""
    sure = (kept != "") & kept.is_unique()
    return pl.select(pl.when(sure).then(kept).otherwise(computed)).to_series().alias("break_id")


def _in_order(frame: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    if frame["row"].to_list() != rows.to_list():
        raise ValueError("judged breaks are not the current ones")
    return frame


def _standing(frame: pl.DataFrame, age_days: pl.Series, as_of: date | None) -> pl.Series:
    """Days for which a break has been open, or the same difference has stood."""
    if as_of is None:
        return age_days
    stood = (as_of - _EPOCH).days - frame["since"].cast(pl.Int32)
    return frame.select(
        pl.when(pl.col("category") == "stale").then(pl.Series(stood)).otherwise(age_days)
    ).to_series()


def _last_day(split: Split) -> date | None:
    last = split.current["date"].max()
    return _EPOCH + timedelta(days=last) if isinstance(last, int) else None
