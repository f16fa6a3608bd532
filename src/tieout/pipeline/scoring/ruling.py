"""A detection's rules for records that come one by one or in small batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tieout.detect.behaviour.features import FEATURES, behaviour
from tieout.detect.behaviour.memory import without_shared
from tieout.detect.rules.apply import RuleResult, apply_rules, names_needed
from tieout.detect.rules.frame import rule_frame
from tieout.detect.rules.model import RuleSet
from tieout.model.table import Table
from tieout.pipeline.scoring.past import Past


@dataclass(frozen=True)
class Ruled:
    """What the rules say of some records. result: None where there are no rules."""

    height: int
    result: RuleResult | None
    may_flag: frozenset[str]

    @cached_property
    def flags(self) -> NDArray[np.bool_]:
        """Records at which a rule holds that may flag."""
        held: NDArray[np.bool_] = np.zeros(self.height, dtype=np.bool_)
        if self.result is not None:
            for rule in self.result.rules:
                if rule.id in self.may_flag:
                    held |= self.result.fired(rule.id)
        return held

    def triggered(self, place: int) -> tuple[str, ...]:
        """The rules that hold at a record, the most severe first."""
        return () if self.result is None else self.result.triggered([place])[0]

    def reasons(self, place: int) -> tuple[str, ...]:
        """A sentence of each rule that holds at a record."""
        if self.result is None:
            return ()
        return tuple(reason.text for reason in self.result.reasons([place])[0])


@dataclass(frozen=True)
class RecordRules:
    """Rules, and what they need to know of the data that was learnt from.

    may_flag: rules that flag; one that held at too many of the rows learnt from only warns, and
    its share among a few records says nothing. learnt_from: the rows that parameters are read off.
    """

    rules: RuleSet
    may_flag: frozenset[str]
    past: Past
    learnt_from: pl.DataFrame

    @cached_property
    def _features(self) -> frozenset[str]:
        sources: Mapping[str, str] = self.rules.sources
        names: Sequence[str] = [
            name
            for rule in self.rules.rules
            for name in names_needed(rule, source=sources.get(rule.id, "rules"))
        ]
        return frozenset(names) & set(FEATURES)

    def apply(self, table: Table) -> Ruled:
        """Which rules hold at some records, by what came before each."""
        if not self.rules.rules:
            return Ruled(table.height, None, self.may_flag)
        earlier = without_shared(self.past.of(table), table)
        features = behaviour(table, earlier, features=self._features)
        frame = rule_frame(table, features)
        result = apply_rules(self.rules, frame, learnt_from=self.learnt_from)
        return Ruled(table.height, result, self.may_flag)
