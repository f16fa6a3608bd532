"""The keys of rows that could not be read, so that no counterpart of theirs is called missing."""

import re
from typing import Final

import polars as pl

from tieout.engines.base import Engine
from tieout.reconcile.normalise import normalise_series
from tieout.reconcile.records import no_unread
from tieout.reconcile.sides import comparable
from tieout.reconcile.spec import SideSpec, Spec
from tieout.sources.stage import REJECTS_MAX, Staged

_MARKS: Final = "[,;|\t]"


def unread_keys(staged: Staged, side: SideSpec, spec: Spec, engine: Engine) -> pl.DataFrame:
    """Rows of `row` and `key`: what rejected rows have for a key, as far as that can be told.

    Of a row with too many fields or too few nobody knows which one is the key: any may be.
    """
    if not side.key or not staged.rejected:
        return no_unread()
    found = [no_unread()]
    if staged.unread is not None:
        table = comparable(staged.unread, side, spec).select("row", "key")
        found.append(engine.fetch(table.order_by("row").limit(REJECTS_MAX)))
    if len(side.key) == 1 and not (side.key_pattern or spec.date_in_key):
        found.append(_fields_of_broken(staged, spec))
    return pl.concat(found).filter(pl.col("key").fill_null("") != "")


def _fields_of_broken(staged: Staged, spec: Spec) -> pl.DataFrame:
    fields = [
        (reject.row, field.strip().strip("\"'"))
        for reject in staged.rejects
        if not reject.column
        for field in re.split(_MARKS, reject.value)
    ]
    steps = spec.normalise.get(spec.left.key[0], spec.normalise.get("key", ()))
    told = pl.DataFrame(fields, schema=no_unread().schema, orient="row")
    return told.with_columns(normalise_series(told["key"], steps))
