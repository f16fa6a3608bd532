"""Which breaks of earlier runs a run has cleared, by the open items that it took up."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from tieout.pipeline.carrying.account import BREAK, CARRIED_FILE, MATCHED
from tieout.pipeline.run_query.arrivals import Arrival
from tieout.pipeline.run_query.ask import fetch_by

_ROWS_TOLD: Final = 3


def cleared_breaks(folder: Path) -> list[str]:
    """Identities of breaks of which a run matched at least one item and left none as it was.

    None where the run carried nothing forward.
    """
    path = folder / CARRIED_FILE
    if not path.is_file():
        return []
    state = pl.col("state")
    moved = state.is_in([MATCHED, BREAK]) & (
        pl.col("break_id").is_null() | (pl.col("break_id") != pl.col("break_id_earlier"))
    )
    found = (
        pl.scan_parquet(path)
        .group_by("break_id_earlier")
        .agg(moved.all().alias("moved"), (state == MATCHED).any().alias("matched"))
        .filter("moved", "matched")
        .sort("break_id_earlier")
        .collect()
    )
    return found["break_id_earlier"].to_list()


def clearances(folder: Path, identities: Sequence[str]) -> list[Arrival]:
    """For each cleared break the matches of its items, as a proof that a person can check."""
    wanted = pl.col("break_id_earlier").is_in(list(identities))
    items = pl.scan_parquet(folder / CARRIED_FILE).filter(wanted).collect().sort("side", "row")
    names = items["match_id"].drop_nulls().unique().sort().to_list()
    matches = {each["match_id"]: each for each in fetch_by(folder, "matches", "match_id", names)}
    by_break = items.partition_by("break_id_earlier", as_dict=True, include_key=False)
    return [
        Arrival(break_id=each, proof=_proof(by_break[each,].to_dicts(), matches, folder))
        for each in identities
        if (each,) in by_break
    ]


def _proof(
    items: Sequence[dict[str, Any]], matches: dict[str, dict[str, Any]], folder: Path
) -> str:
    told = [_item(each, matches) for each in items[:_ROWS_TOLD]]
    more = len(items) - len(told)
    key = items[0]["key"] or "no key"
    return f"{key}: in run {folder.name} {'; '.join(told)}{f'; and {more} more' if more else ''}"


def _item(item: dict[str, Any], matches: dict[str, dict[str, Any]]) -> str:
    origin = f"row {item['origin_row']} of {item['origin_file']} in run {item['origin_run']}"
    row = f"{item['side']} row {item['row']}, carried forward from {origin},"
    match = matches.get(item["match_id"] or "")
    if match is None:
        return f"{row} is in break {item['break_id']}"
    other = "right" if item["side"] == "left" else "left"
    rows = ", ".join(str(each) for each in match[f"{other}_rows"][:_ROWS_TOLD])
    with_rows = f"with {other} row {rows}" if rows else "with rows of its own side"
    return f"{row} ties out {with_rows} ({match['pass']}, match {match['match_id']})"
