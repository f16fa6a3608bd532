"""Why rows did not tie out: a bucket, an equation and the nearest misses for each break."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tieout.reconcile.evidence.ambiguous import explain_ambiguous
from tieout.reconcile.evidence.assemble import assemble
from tieout.reconcile.evidence.comments import keys_named_in
from tieout.reconcile.evidence.currencies import with_known_currencies
from tieout.reconcile.evidence.duplicates import explain_duplicates
from tieout.reconcile.evidence.feeds import explain_late_feeds
from tieout.reconcile.evidence.feelines import explain_fee_lines
from tieout.reconcile.evidence.fees import Schedule
from tieout.reconcile.evidence.judge import Judge
from tieout.reconcile.evidence.keyed import explain_keyed
from tieout.reconcile.evidence.misses import explain_misses
from tieout.reconcile.evidence.rates import infer_rates, load_rates
from tieout.reconcile.evidence.references import explain_references
from tieout.reconcile.evidence.reversals import explain_reversals
from tieout.reconcile.evidence.unread import explain_unread
from tieout.reconcile.evidence.work import Work
from tieout.reconcile.records import Residue
from tieout.reconcile.spec import EvidenceSpec

__all__ = ["explain_residue", "keys_named_in"]


def explain_residue(
    residue: Residue, spec: EvidenceSpec, *, criteria: Sequence[str] = ()
) -> pl.DataFrame:
    """Group the unmatched rows of both sides into breaks and say why each did not tie out.

    criteria: names of the `criteria_<name>` columns to compare, by default all that both sides
    have. Answers with BREAK_SCHEMA; every row of residue.left and residue.right is in exactly one
    break. The answer depends neither on the order of the rows nor on which side is called left.
    Raises InputError for an unknown calendar, a bad rates file or a fee that amounts can't hold.
    """
    work = Work.begin(with_known_currencies(residue), spec, criteria)
    schedules = [Schedule.from_spec(fee, residue.scale) for fee in spec.fees]
    book = load_rates(Path(spec.rates)) if spec.rates else infer_rates(residue.tied, residue.scale)
    judge = Judge(work, book, schedules)
    explain_ambiguous(work)
    explain_keyed(work, judge)
    explain_unread(work)
    explain_duplicates(work)
    explain_reversals(work)
    explain_references(work)
    explain_fee_lines(work, judge.schedules)
    explain_late_feeds(work)
    explain_misses(work)
    return assemble(work)
