"""Buckets of breaks from a language model, where neither evidence nor words name one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tieout.model.buckets import Bucket
from tieout.pipeline.workspace import find_workspace
from tieout.reconcile.spec import AssistantUse
from tieout.resolve.assistant.verdict import NAMED_BY_MODEL, buckets_for, settled
from tieout.resolve.config import ResolveSpec
from tieout.resolve.config.assistant import AssistantSpec
from tieout.resolve.facts import Facts

if TYPE_CHECKING:
    from tieout.resolve.assistant.ask import Reply

_EPOCH: Final = date(1970, 1, 1)
_UNKNOWN: Final = str(Bucket.UNKNOWN)
_NO_MODEL: Final = "resolve.yaml names no `assistant`"


@dataclass(frozen=True)
class NamedByAssistant:
    """breaks: as they came, with bucket, bucket_confidence and evidence. options: what the manifest
    keeps, by which a run is repeated without asking anybody."""

    breaks: pl.DataFrame
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """How breaks are asked about. kept: what an earlier run was answered; None asks the model."""

    use: AssistantUse
    resolve: ResolveSpec
    reconciliation: str
    scale: int
    workspace: Path | None
    kept: Mapping[str, Any] | None = None


def name_by_assistant(
    breaks: pl.DataFrame, comments: Sequence[str], asking: Asking
) -> NamedByAssistant:
    """Ask about breaks whose bucket is unknown, those with most at risk first.

    breaks: BREAK_SCHEMA. comments: of the same rows. Where no model can be asked the breaks stay as
    they are, and the options say why.
    """
    if not asking.use.use or breaks.is_empty():
        return NamedByAssistant(breaks)
    if asking.kept is not None:
        return NamedByAssistant(_with(breaks, asking.kept), dict(asking.kept))
    spec = asking.resolve.assistant
    if spec is None:
        return NamedByAssistant(breaks, {"asked": 0, "why": [_NO_MODEL], "buckets": {}})
    places = _unnamed(breaks, asking.use.breaks_max)
    options = _answered(_replies(breaks, comments, places, asking, spec), places, spec)
    return NamedByAssistant(_with(breaks, options), options)


def _unnamed(breaks: pl.DataFrame, most: int) -> list[int]:
    at_risk = pl.max_horizontal(
        pl.col(name).abs() for name in ("difference", "amount_left", "amount_right")
    )
    found = (
        breaks.with_row_index("_place")
        .filter(pl.col("bucket").fill_null(_UNKNOWN) == _UNKNOWN)
        .sort(at_risk.fill_null(0), "_place", descending=[True, False])
    )
    return found["_place"].head(most).to_list()


def _replies(
    breaks: pl.DataFrame,
    comments: Sequence[str],
    places: list[int],
    asking: Asking,
    spec: AssistantSpec,
) -> "list[Reply]":
    if not places:
        return []
    from tieout.resolve.assistant import tasks
    from tieout.resolve.assistant.ask import Assistant
    from tieout.resolve.assistant.material import material_of
    from tieout.resolve.assistant.pseudonyms import workspace_key
    from tieout.resolve.assistant.store import STORE_FILE, FileStore

    workspace = find_workspace(asking.workspace)
    key = workspace_key(workspace)
    prompts = []
    for place, row in zip(places, breaks[places].iter_rows(named=True), strict=True):
        facts = _facts(row, comments[place], asking)
        prompts.append(tasks.classify(material_of(facts, key), buckets=buckets_for(facts.side)))
    return Assistant.of(spec, FileStore(workspace / STORE_FILE)).ask(prompts)


def _facts(row: Mapping[str, Any], comment: str, asking: Asking) -> Facts:
    def money(name: str) -> Decimal | None:
        return None if row[name] is None else Decimal(row[name]).scaleb(-asking.scale)

    def day(name: str) -> date | None:
        return None if row[name] is None else _EPOCH + timedelta(days=row[name])

    return Facts(
        identity="",
        reconciliation=asking.reconciliation,
        bucket=_UNKNOWN,
        side=row["side"],
        key=row["key"] or "",
        amount_left=money("amount_left"),
        amount_right=money("amount_right"),
        difference=money("difference"),
        currency=row["currency"] or "",
        date_left=day("date_left"),
        date_right=day("date_right"),
        evidence=row["evidence"] or "",
        candidates=tuple(row["candidates"] or ()),
        comment=comment,
    )


def _answered(replies: "list[Reply]", places: list[int], spec: AssistantSpec) -> dict[str, Any]:
    """What a manifest keeps: buckets by the place of their break, and what it cost."""
    buckets = {
        str(place): reply.said.choice
        for place, reply in zip(places, replies, strict=True)
        if reply.said is not None and reply.said.choice != _UNKNOWN
    }
    used = [reply.call.usage for reply in replies]
    return {
        "model": spec.model,
        "confidence": spec.confidence,
        "asked": len(replies),
        "why": sorted({reply.call.why for reply in replies if reply.call.why}),
        "tokens": sum(each.tokens for each in used),
        "cost": f"{sum((each.cost for each in used), Decimal(0)):f}",
        "buckets": buckets,
    }


def _with(breaks: pl.DataFrame, options: Mapping[str, Any]) -> pl.DataFrame:
    columns = {name: breaks[name].to_list() for name in ("bucket", "bucket_confidence", "evidence")}
    for place, said in options["buckets"].items():
        at = int(place)
        sure = columns["bucket_confidence"][at] or 0.0
        verdict = settled(columns["bucket"][at], sure, said, options["confidence"])
        told = f"{verdict.why} ({options['model']})"
        columns["bucket"][at] = verdict.bucket
        columns["bucket_confidence"][at] = verdict.confidence
        before = columns["evidence"][at]
        # First where it is all there is, so that no place that shortens a text loses it.
        parts = (told, before) if told.startswith(NAMED_BY_MODEL) else (before, told)
        columns["evidence"][at] = "; ".join(filter(None, parts))
    return breaks.with_columns(
        pl.Series(name, values, dtype=breaks.schema[name]) for name, values in columns.items()
    )
