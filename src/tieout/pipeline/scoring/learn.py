"""From a detection to a model in memory: read, learn or take what is kept, rule, cut."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from tieout.detect.behaviour.features import FEATURES, behaviour
from tieout.detect.behaviour.pattern import PaymentPattern
from tieout.detect.drift import Outline
from tieout.detect.live.requests import REQUESTS_MAX
from tieout.detect.rules.apply import names_needed
from tieout.detect.rules.frame import rule_frame
from tieout.detect.rules.load import load_rules
from tieout.detect.rules.model import RuleSet
from tieout.model.table import Table
from tieout.pipeline.detection.cutting import cut_scores
from tieout.pipeline.detection.data import Data, read_data
from tieout.pipeline.detection.job import DetectJob
from tieout.pipeline.detection.model import Judgement, judge
from tieout.pipeline.detection.ruling import Ruling, rule
from tieout.pipeline.detection.scorer import Scorer
from tieout.pipeline.detection.store import StoredModel
from tieout.pipeline.detection.use import Use
from tieout.pipeline.scoring.model import ScoringModel
from tieout.pipeline.scoring.past import Past
from tieout.pipeline.scoring.records import Shape
from tieout.pipeline.scoring.ruling import RecordRules
from tieout.pipeline.timing import Stopwatch
from tieout.sources.typed.reading import Reading

_PRACTICE_ROWS: Final = 20_000
_PRACTICE_SEED: Final = 1


def learn_model(job: DetectJob, *, practice: bool = False) -> ScoringModel:
    """The model with which a detection would judge, its cut and rules with it.

    The detectors that the workspace keeps are used where they fit, else new ones are learnt and
    kept. Labels choose nothing here, they are only hidden from the detectors. Raises InputError
    where the source cannot be read.
    """
    from tieout.engines.duckdb import DuckDBEngine

    job = replace(job, learn=False, model=None, retrain=False)
    clock = Stopwatch(job.announce)
    with (
        tempfile.TemporaryDirectory(prefix="tieout-", dir=job.temp_directory) as scratch,
        DuckDBEngine(memory_limit=job.memory_limit, temp_directory=job.temp_directory) as engine,
    ):
        data = read_data(job, engine, Path(scratch))
        judgement = judge(job, data, clock)
        fused = judgement.judged.fused
        ruling = rule(job, data, fused.log_p)
        cut = cut_scores(job, data, judgement, fused.score, fused.log_p, ruling.flags)
    judgement.keep()
    learnt_from = data.table if data.history is None else data.history
    columns = data.to_judge.columns
    return ScoringModel(
        name=data.read.source.name,
        location=str(job.file),
        rows=learnt_from.height,
        fingerprint=judgement.fingerprint,
        shape=Shape(data.profile, data.table.columns, _readings(data), data.table.roles),
        judge=judgement.judge,
        judged=columns,
        threshold=cut.threshold,
        rules=_rules(load_rules(job.rules, job.judged_as), ruling, learnt_from),
        single=_single(job, data, judgement, ruling, cut.threshold),
        practice=practice,
    )


def practice_job(workspace: Path) -> DetectJob:
    """A detection over practice payments that are made in the workspace's own folder."""
    from tieout.practice.payments import generate_payments

    folder = workspace / ".tieout" / "practice"
    file = folder / "transactions.csv"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        generate_payments(rows=_PRACTICE_ROWS, seed=_PRACTICE_SEED, out=folder)
    return DetectJob(file=str(file), profile="payments", workspace=workspace)


def _readings(data: Data) -> dict[str, Reading]:
    return {column.name: data.read.readings[column.name] for column in data.table.columns}


def _single(
    job: DetectJob, data: Data, judgement: Judgement, ruling: Ruling, threshold: float
) -> Scorer | None:
    """What judges payments that come alone; None for other rows."""
    detectors = judgement.judge.detectors
    if PaymentPattern.name not in detectors:
        return None
    model = StoredModel(
        detectors=detectors,
        penalties=judgement.judge.penalties,
        counted=judgement.judge.counted or (),
        outline=Outline({}, {}, {}),
        fingerprint=judgement.fingerprint,
        rows=data.table.height,
    )
    use = Use(
        profile=data.profile,
        run_id="",
        columns=data.table.columns,
        readings=_readings(data),
        roles=data.table.roles,
        threshold=threshold,
        rules=() if ruling.result is None else ruling.result.kept(),
    )
    scorer = Scorer(model, use, Path(str(job.file)), requests=REQUESTS_MAX)
    scorer.warm_up()
    return scorer


def _rules(rules: RuleSet, ruling: Ruling, learnt_from: Table) -> RecordRules:
    may_flag = frozenset(fact.identifier for fact in ruling.facts if fact.flags)
    past = Past(learnt_from)
    if not rules.rules:
        return RecordRules(rules, may_flag, past, pl.DataFrame())
    wanted = {
        name
        for each in rules.rules
        for name in names_needed(each, source=rules.sources.get(each.id, "rules"))
    } & set(FEATURES)
    frame = rule_frame(learnt_from, behaviour(learnt_from, features=wanted))
    return RecordRules(rules, may_flag, past, frame)
