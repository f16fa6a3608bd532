"""What is told by itself: a digest of each run, and what is flagged at once; by the outbox."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from tieout.export.table import escape_text
from tieout.model.errors import InputError
from tieout.model.money import to_decimal
from tieout.resolve.config import ResolveSpec
from tieout.resolve.plain import plain_line
from tieout.server.cases.models import RANKS, Case, Finding, Run
from tieout.server.outbox.services import enqueue

_HEADER: Final = ("finding", "case", "title", "bucket", "severity", "score", "amount", "currency")


@transaction.atomic
def tell_of_run(run: Run, spec: ResolveSpec) -> bool:
    """One e-mail about a run with its findings attached; answers whether there is one."""
    wanted, email = spec.notify.digest, spec.channels.email
    if wanted is None or email is None or run.indexed < wanted.findings_min:
        return False
    by_severity = Counter(run.findings.values_list("severity", flat=True))
    by_bucket = Counter(run.findings.values_list("bucket", flat=True))
    worst = ", ".join(f"{by_severity[word]} {word}" for word in RANKS if by_severity[word])
    lines = [
        (
            f"{run.job} of {run.name}: {run.rows:,} rows, {run.found:,} found, "
            f"{run.indexed:,} to decide."
        ),
        f"By severity: {worst or 'none'}.",
        "By bucket: "
        + ", ".join(f"{count} {name or 'none'}" for name, count in by_bucket.most_common(20)),
        f"The {min(run.indexed, wanted.rows_max):,} worst are attached.",
    ]
    payload = {
        "to": list(email.digest),
        "subject": plain_line(f"{run.name}: {run.indexed:,} findings ({worst or 'none'})"),
        "text": "\n".join(plain_line(line, longest=400) for line in lines) + "\n",
        "attachments": [
            {"name": f"{run.run_id}-findings.csv", "text": findings_csv(run, wanted.rows_max)}
        ],
    }
    enqueue(
        channel="email",
        payload=payload,
        idempotency_key=f"digest-{run.pk}",
        subject=("run", run.run_id),
    )
    return True


def findings_csv(run: Run, rows_max: int) -> str:
    """The findings of a run as CSV, the worst first; texts of others cannot be formulas."""
    found = Finding.objects.filter(run=run).select_related("case")
    worst = found.order_by("case__severity_rank", F("score").desc(nulls_last=True), "id")
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(_HEADER)
    for each in worst[:rows_max]:
        minor = each.amount_minor
        amount = "" if minor is None else f"{to_decimal(minor, each.scale):f}"
        title = each.case.title if each.case else ""
        writer.writerow(
            (
                _cell(each.identity), each.case_id or "", _cell(title), _cell(each.bucket),
                each.severity, "" if each.score is None else f"{each.score:.4f}", amount,
                _cell(each.currency),
            )
        )  # fmt: skip
    return stream.getvalue()


def tell_at_once(cases: Sequence[Case], spec: ResolveSpec) -> int:
    """Messages about records that were just flagged, in the transaction that opens their cases."""
    wanted = spec.notify.realtime
    told = [case for case in cases if wanted is not None and wanted.includes(case.severity)]
    for case in told:
        for channel, payload in _ways(case, spec):
            enqueue(
                channel=channel,
                payload=payload,
                idempotency_key=f"flagged-{case.pk}-{channel}",
                subject=("case", case.pk),
            )
    return len(told)


def told_of(cases: Sequence[Case]) -> int:
    """As `tell_at_once` by the workspace's file; one that cannot be read tells nobody."""
    if not cases:
        return 0
    from tieout.server.resolutions.services import resolve_spec

    try:
        return tell_at_once(cases, resolve_spec())
    except InputError:
        return 0


def _ways(case: Case, spec: ResolveSpec) -> list[tuple[str, dict[str, Any]]]:
    wanted, email = spec.notify.realtime, spec.channels.email
    assert wanted is not None  # noqa: S101 - asked for by the caller
    text = plain_line(f"{case.severity}: {case.title} (case {case.pk}, {case.source})", longest=300)
    ways: list[tuple[str, dict[str, Any]]] = []
    if wanted.slack:
        ways.append(("slack", {"target": wanted.slack, "text": text}))
    if wanted.webhook:
        body = {"case": case.pk, "severity": case.severity, "text": text}
        ways.append(("webhook", {"target": wanted.webhook, "body": body}))
    if wanted.email and email is not None:
        mail = {"to": list(email.digest), "subject": text[:200], "text": text + "\n"}
        ways.append(("email", mail))
    return ways


def _cell(text: str) -> str:
    return escape_text(plain_line(text))
