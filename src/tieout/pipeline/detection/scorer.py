"""Records judged in memory by the model that a workspace keeps, one at a time or a few."""

import math
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from tieout.detect.behaviour import journal
from tieout.detect.behaviour.features import FEATURES, behaviour
from tieout.detect.behaviour.memory import without_shared
from tieout.detect.behaviour.pattern import PaymentPattern
from tieout.detect.entries import with_entry_columns
from tieout.detect.fuse import fuse_one
from tieout.detect.judge import REASONS_MAX, Judge, Judged, most_telling
from tieout.detect.live.features import AT
from tieout.detect.live.payments import LivePayments, Seen
from tieout.detect.live.roles import by_role_of, is_plain
from tieout.detect.rules.frame import names_of_roles, rule_frame
from tieout.detect.rules.kept import Held, among
from tieout.detect.rules.single import within_bounds
from tieout.model.errors import InputError
from tieout.model.table import Kind, Table, TableRole
from tieout.pipeline.detection.store import FOLDER, StoredModel, load_model
from tieout.pipeline.detection.use import Use, load_use, use_path
from tieout.pipeline.workspace import find_workspace
from tieout.sources.typed.cells import read_cell

Record = Mapping[str, Any]
# What can be told of a line without its past.
_WITHOUT_PAST: Final = frozenset(
    {"hour", "is_night", "weekday", "is_weekend", "days_to_month_end", "is_month_end"}
    | {feature.name for feature in journal.FEATURES}
)
_P_MIN: Final = 1e-300


@dataclass(frozen=True, slots=True)
class ScoredRecord:
    """What is said of one record, named as in `transactions_scored`.

    triggered_rules: all that hold, the most severe first; reasons_top3: of a flagged record, or
    where they were asked for.
    """

    score: float
    p_value: float
    is_ml_flag: bool
    is_rule_flag: bool
    is_flag: bool
    triggered_rules: tuple[str, ...]
    reasons_top3: tuple[str, ...]


class Scorer:
    """A kept model in memory, with the past of each customer where it judges payments.

    A record is a mapping of the columns that the model knows to values as JSON or a file has them:
    text is read as the column was read. Columns that are left out are missing, others are ignored.
    Payments are judged by what came before them, and are remembered in their turn; so `score` one
    by one gives what a table of all of them gives its last row. Safe to share between threads.

    requests: so many of the latest payments are remembered for bursts, repeats, ways and company
    alone, as `LivePayments` has it; None remembers all for good.
    """

    def __init__(
        self, model: StoredModel, use: Use, path: Path, *, requests: int | None = None
    ) -> None:
        self.path = path
        self.profile = use.profile
        self.threshold = use.threshold
        self.columns = tuple(column.name for column in use.columns)
        self.fingerprint = model.fingerprint
        self._model, self._use, self._requests = model, use, requests
        self._judge = Judge(model.detectors, model.penalties, model.counted)
        pattern = model.detectors.get(PaymentPattern.name)
        self._pattern = pattern if isinstance(pattern, PaymentPattern) else None
        self._channels = len({*model.counted, PaymentPattern.name})
        self._lock = threading.Lock()
        self._is_plain = is_plain({column.name: column.kind for column in use.columns}, use.roles)
        self._named = names_of_roles(use.roles)
        names = {*self.columns, *self._named}
        wanted = {name for each in use.rules for name in each.needs} & set(FEATURES)
        self._live: LivePayments | None = None
        if self._pattern is not None:
            self._live = LivePayments(self._pattern, wanted, requests=requests)
            self._features: Collection[str] = self._live.features
        else:
            self._features = wanted & _WITHOUT_PAST
        self._rules, self.rules_left_out = among(use.rules, names | set(self._features))
        places = {name: AT[name] for name in self._features if name in AT}
        self._bounds = [(each, each.bounds(places)) for each in self._rules]
        needed = sorted({name for each in self._rules for name in each.needs})
        self._features_of_rules = [name for name in needed if name in self._features]
        self._columns_of_rules = [
            (name, name if name in self.columns else self._named[name])
            for name in needed
            if name not in self._features
        ]

    @classmethod
    def load(cls, workspace: Path | None = None, *, profile: str | None = None) -> "Scorer":
        """The model that a detection of the workspace used last, of one profile or of any.

        workspace: as chosen, else found as for runs. Raises InputError where there is none; any
        `tieout detect` keeps one.
        """
        found = latest_model(workspace, profile=profile)
        if found is None:
            root = find_workspace(workspace)
            raise InputError(
                f"{root}: keeps no model{f' for {profile}' if profile else ''} yet; "
                "run tieout detect on data to learn from"
            )
        return cls.of(found)

    @classmethod
    def of(cls, path: Path) -> "Scorer":
        """The model in a file. Raises InputError where it cannot be used."""
        model, use = load_model(path), load_use(path)
        if model is None or use is None:
            raise InputError(f"{path}: cannot be used; learn anew with tieout detect --retrain")
        return cls(model, use, path)

    def anew(self) -> "Scorer":
        """The same model, with nothing remembered but what it learnt from."""
        return Scorer(self._model, self._use, self.path, requests=self._requests)

    def warm_up(self) -> None:
        """Have ready what the first payment would wait for; nothing is remembered."""
        for each in self._rules:
            each.warm_up()
        if self._live is not None:
            with self._lock:
                self._live.warm_up()

    def score(self, record: Record, *, explain: bool = False) -> ScoredRecord:
        """Judge one record. Raises InputError (column, value, what is expected) for a bad one.

        explain: give reasons even if it is not flagged.
        """
        values = self._read(record)
        if self._live is None:
            return self._score_table([values], explain=explain)[0]
        with self._lock:
            return self._score_payment(self._live, values, self._worth_saying(explain=explain))

    def score_read(self, values: dict[str, Any], *, threshold: float) -> ScoredRecord | None:
        """Judge one payment that was read already.

        values: by column, typed as `read_cell` types them. threshold: where to cut instead. None
        where a single record does not tell enough: it is no payment, or a rule needs more.
        """
        if self._live is None or self.rules_left_out:
            return None
        with self._lock:
            return self._score_payment(self._live, values, threshold, threshold=threshold)

    def _worth_saying(self, *, explain: bool) -> float:
        """From which score on reasons are given; rules that flag give them at any."""
        return 0.0 if explain else self.threshold

    def score_many(self, records: Sequence[Record], *, explain: bool = False) -> list[ScoredRecord]:
        """Judge some records together, as the rows of one table: each in the company of all.

        Lines of one journal entry belong together. Raises InputError that names the record
        (from 1) where one cannot be read, before any is judged.
        """
        values = [self._read(record, f"record {n}: ") for n, record in enumerate(records, start=1)]
        if not values:
            return []
        with self._lock:
            return self._score_table(values, explain=explain)

    def remember(self, records: Sequence[Record]) -> None:
        """Make records part of the past without judging them; of payments only."""
        values = [self._read(record, f"record {n}: ") for n, record in enumerate(records, start=1)]
        if self._live is not None:
            with self._lock:
                for each in values:
                    self._live.remember(by_role_of(each, self._use.roles))

    def _read(self, record: Record, place: str = "") -> dict[str, Any]:
        readings = self._use.readings
        values: dict[str, Any] = {}
        known = False
        for name in self.columns:
            value = record.get(name)
            known = known or name in record
            try:
                values[name] = None if value is None else read_cell(value, readings[name])
            except ValueError as error:
                raise InputError(f"{place}column {name!r}: {value!r}; expected {error}") from error
        if not known:
            raise InputError(
                f"{place}has none of the model's columns; expected {', '.join(self.columns[:6])}"
            )
        return values

    def _score_payment(
        self,
        live: LivePayments,
        values: dict[str, Any],
        worth_saying: float,
        *,
        threshold: float | None = None,
    ) -> ScoredRecord:
        roles = self._use.roles
        if self._is_plain:
            by_role = {role: values[name] for role, name in roles.items()}
        else:
            by_role = by_role_of(values, roles)
        seen = live.judge(by_role)
        own, _ = fuse_one(seen.smallest, channels=live.judging)
        log_p, score = fuse_one(own, channels=self._channels)
        held = self._held(values, seen)
        words: Sequence[str] = ()
        if score >= worth_saying or any(each.flags for each in held):
            said = live.reasons(seen, values, roles)
            words = [reason.text for reason in said][:REASONS_MAX]
        threshold = self.threshold if threshold is None else threshold
        return self._scored((score, log_p), held, words, threshold)

    def _held(self, values: Record, seen: Seen) -> tuple[Held, ...]:
        """The rules that hold; a role's name stands for its column, a NaN for null."""
        numbers = seen.numbers
        possible = [rule for rule, bounds in self._bounds if within_bounds(bounds, numbers)]
        if not possible:
            return ()
        features = seen.features
        known = {name: features[name] for name in self._features_of_rules}
        for name, column in self._columns_of_rules:
            known[name] = values[column]
        for name, value in known.items():
            if type(value) is float and math.isnan(value):
                known[name] = None
        return tuple([held for each in possible if (held := each.held(known))])

    def _score_table(self, records: list[dict[str, Any]], *, explain: bool) -> list[ScoredRecord]:
        table = self._table(records)
        judge, features = self._judge, None
        if self._live is not None and self._pattern is not None:
            past = self._pattern.with_past(self._live.added())
            judge = Judge({PaymentPattern.name: past}, self._judge.penalties, self._judge.counted)
            earlier = without_shared(past.memory, table)
            features = behaviour(table, earlier, features=self._features)
        elif self._features:
            features = behaviour(table, features=self._features)
        judged_table = with_entry_columns(table, all_labels=True) if self._is_journal else table
        judged = judge.judge(judged_table)
        rows = rule_frame(table, features).rows(named=True) if self._rules else [{}] * len(records)
        held = [tuple(found for each in self._rules if (found := each.held(row))) for row in rows]
        reasons = self._reasons(judge, judged_table, judged, held, explain=explain)
        if self._live is not None:
            for each in _in_time(records, self._use):
                self._live.remember(by_role_of(each, self._use.roles))
        score, log_p = judged.fused.score.tolist(), judged.fused.log_p.tolist()
        return [
            self._scored((score[n], log_p[n]), held[n], reasons.get(n, []), self.threshold)
            for n in range(len(rows))
        ]

    @cached_property
    def _is_journal(self) -> bool:
        return self.profile == "journal"

    def _table(self, records: list[dict[str, Any]]) -> Table:
        import polars as pl

        types = {Kind.NUMBER: pl.Float64(), Kind.TIME: pl.Datetime("us")}
        schema = {each.name: types.get(each.kind, pl.String()) for each in self._use.columns}
        frame = pl.DataFrame(
            {name: [each[name] for each in records] for name in schema}, schema=schema
        )
        rows = np.arange(1, len(records) + 1)
        return Table(frame, rows, self._use.columns, self._use.roles)

    def _reasons(
        self,
        judge: Judge,
        table: Table,
        judged: Judged,
        held: list[tuple[Held, ...]],
        *,
        explain: bool,
    ) -> dict[int, list[str]]:
        """Sentences of the detectors for the records that need any."""
        score, least = judged.fused.score, self._worth_saying(explain=explain)
        wanted = [
            n for n in range(len(held)) if score[n] >= least or any(each.flags for each in held[n])
        ]
        found = judge.reasons(table, judged, np.array(wanted, dtype=np.int64))
        return {n: [each.text for each in said] for n, said in zip(wanted, found, strict=True)}

    def _scored(
        self,
        found: tuple[float, float],
        held: tuple[Held, ...],
        words: Sequence[str],
        threshold: float,
    ) -> ScoredRecord:
        score, log_p = found
        by_rules = any(each.flags for each in held)
        ruled = [each.reason.text for each in held] if words or by_rules else []
        by_score = score >= threshold
        return ScoredRecord(
            score=score,
            p_value=max(float(np.exp(log_p)), _P_MIN),
            is_ml_flag=by_score,
            is_rule_flag=by_rules,
            is_flag=by_score or by_rules,
            triggered_rules=tuple(each.rule.id for each in held),
            reasons_top3=most_telling(words, ruled),
        )


def latest_model(workspace: Path | None = None, *, profile: str | None = None) -> Path | None:
    """The file of the model that a workspace used last, of one profile or of any; None if none."""
    folder = find_workspace(workspace) / FOLDER
    found = [
        path for path in sorted(folder.glob(f"{profile or '*'}-*.npz")) if use_path(path).is_file()
    ]
    return max(found, key=lambda path: use_path(path).stat().st_mtime_ns, default=None)


def _in_time(records: list[dict[str, Any]], use: Use) -> list[dict[str, Any]]:
    time = use.roles[TableRole.TIME]
    return sorted((each for each in records if each[time] is not None), key=lambda e: e[time])
