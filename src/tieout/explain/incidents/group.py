"""From findings to incidents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from tieout.explain.incidents.assign import assign
from tieout.explain.incidents.coded import CodedView, code_view
from tieout.explain.incidents.model import AT, Known, View
from tieout.explain.incidents.table import Naming, incident_row, incident_schema

_NEEDED = ("bucket", "amount", "currency")


@dataclass(frozen=True)
class _Work:
    findings: pl.DataFrame
    views: Sequence[CodedView]
    naming: Naming
    known: Sequence[Known]


def group_incidents(
    findings: pl.DataFrame,
    *,
    attributes: Mapping[str, str] | Sequence[str] = (),
    views: Sequence[View] = (),
    naming: Naming | None = None,
    known: Sequence[Known] = (),
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The findings with `incident_id`, and the incidents: what shares a cause is one.

    findings: bucket, amount (Decimal, at risk), currency; `at` (a date or a moment) and severity
        where known; and a column for each attribute.
    attributes: of findings whose records are not known, with what people call them. views: in
        their place, attributes by side, with the records that the findings are among.
    naming: how incidents are told, when they count as such, and those of runs before; one that
        goes on keeps its id and its first day.
    known: concentrations that were found by other means, which take their findings first.

    A finding that shares nothing beyond chance has no incident. incidents: INCIDENT_COLUMNS,
    those with most findings first. `amount` and `currency` are null where there are several
    currencies, `amounts` names them all. `explained_share` is the part of the bucket's findings
    that is in it; `failure_rate` the part of the records it describes that are findings.

    Method: a Bayesian scan over all combinations of attributes and time for each bucket
    (`explain.scan`), findings against the records they are among, and Kulldorff's scan statistic
    for the span of time; see `assign`.

    Raises ValueError where a column is missing.
    """
    missing = [name for name in _NEEDED if name not in findings.columns]
    if missing:
        raise ValueError(f"findings have no column {missing[0]!r}")
    given = dict(attributes) if isinstance(attributes, Mapping) else {n: n for n in attributes}
    seen = tuple(views) or (View("all", given),)
    at = pl.col(AT) if AT in findings.columns else pl.lit(None).alias(AT)
    whole = findings.with_columns(at.cast(pl.Datetime("us")))
    work = _Work(
        whole,
        [code_view(view, whole) for view in seen],
        naming or Naming(),
        known,
    )
    identities, incidents = _grouped(work)
    return findings.with_columns(identities), incidents


def _grouped(work: _Work) -> tuple[pl.Series, pl.DataFrame]:
    findings = work.findings
    told = findings["bucket"].cast(pl.String).fill_null("")
    names = told.unique().sort().to_list()
    buckets = told.cast(pl.Enum(names)).to_physical().cast(pl.Int64).to_numpy()
    found = assign(buckets, names, work.views, work.naming.options, work.known)
    sizes = np.bincount(buckets, minlength=len(names))
    by_name = {view.view.name: view for view in work.views}
    of_finding = np.full(findings.height, -1, dtype=np.int64)
    rows: list[dict[str, object]] = []
    places: dict[object, int] = {}
    for each in found:
        row = incident_row(
            each,
            findings.filter(pl.Series(each.rows)),
            by_name[each.concentration.view],
            of_bucket=int(sizes[names.index(each.concentration.bucket)]),
            naming=work.naming,
        )
        # Two that go on from the same earlier one: the larger, found first, keeps its name.
        identity = str(row["incident_id"])
        while identity in places:
            identity += "b"
        row["incident_id"] = identity
        places[identity] = len(rows)
        of_finding[each.rows] = len(rows)
        rows.append(row)
    kind = findings.schema["amount"]
    scale = kind.scale if isinstance(kind, pl.Decimal) else 0
    incidents = pl.DataFrame(rows, schema=incident_schema(scale), orient="row")
    identities = [str(row["incident_id"]) for row in rows]
    column = pl.Series("incident_id", identities, dtype=pl.String).gather(
        pl.Series(of_finding).replace(-1, None).cast(pl.UInt32)
    )
    order = incidents.sort("findings", "incident_id", descending=[True, False])
    return column.alias("incident_id"), order
