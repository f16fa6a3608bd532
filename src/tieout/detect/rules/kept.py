"""Rules with what they learnt from a table, for records that come one by one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tieout.detect.rules.expression import names_in, parse
from tieout.detect.rules.model import Rule
from tieout.detect.rules.params import Threshold
from tieout.detect.rules.reason import filled, names_in_reason
from tieout.detect.rules.single import Bound, Condition, bounds_of, of_one_row
from tieout.model.facts import Reason

if TYPE_CHECKING:
    from tieout.detect.detector import Json


@dataclass(frozen=True, slots=True)
class Held:
    """A rule that holds at a record, and why."""

    rule: Rule
    flags: bool
    reason: Reason


@dataclass(frozen=True)
class KeptRule:
    """A rule, whether it may flag, and its parameters as they were learnt."""

    rule: Rule
    flags: bool
    params: Mapping[str, Threshold]

    @cached_property
    def needs(self) -> frozenset[str]:
        """The columns that it reads; names of its own are left out."""
        rule = self.rule
        names = {*names_in(parse(rule.when, place=rule.id)), *names_in_reason(rule.reason)}
        for text in rule.let.values():
            names |= set(names_in(parse(text, place=rule.id)))
        for param in self.params.values():
            names |= set(param.by)
        return frozenset(names - set(rule.params) - set(rule.let))

    def held(self, row: Mapping[str, Any]) -> Held | None:
        """The rule with its reason where it holds. row: a value for each column, None for null."""
        if not self._varying and not self._lets:
            if not self._when(row):
                return None
            return Held(self.rule, self.flags, filled(self.rule.reason, {**row, **self._fixed}))
        known: dict[str, Any] = {**row, **self._fixed}
        for name, param in self._varying.items():
            known[name] = param.of(row)
        for name, named in self._lets.items():
            known[name] = named(known)
        if not self._when(known):
            return None
        return Held(self.rule, self.flags, filled(self.rule.reason, known))

    def bounds(self, places: Mapping[str, int]) -> tuple[Bound, ...]:
        """What numbers must be for the rule to hold at all. places: of columns among them."""
        when = parse(self.rule.when, place=self.rule.id)
        own = {name: place for name, place in places.items() if name in self.needs}
        return bounds_of(when, own, fixed=self._fixed)

    def warm_up(self) -> None:
        """Have its conditions ready before the first row comes."""
        self.held(dict.fromkeys(self.needs))

    @cached_property
    def _fixed(self) -> dict[str, float | None]:
        """Parameters that are the same for every row."""
        return {name: each.of({}) for name, each in self.params.items() if not each.by}

    @cached_property
    def _varying(self) -> dict[str, Threshold]:
        return {name: each for name, each in self.params.items() if each.by}

    @cached_property
    def _when(self) -> Condition:
        return of_one_row(parse(self.rule.when, place=self.rule.id), fixed=self._fixed)

    @cached_property
    def _lets(self) -> dict[str, Condition]:
        place = self.rule.id
        return {name: of_one_row(parse(text, place=place)) for name, text in self.rule.let.items()}

    def state(self) -> "dict[str, Json]":
        """As JSON."""
        return {
            "rule": self.rule.model_dump(mode="json", exclude_defaults=True),
            "flags": self.flags,
            "params": {name: _threshold_state(param) for name, param in self.params.items()},
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> "KeptRule":
        """From what `state` gave."""
        return cls(
            Rule.model_validate(state["rule"]),
            bool(state["flags"]),
            {name: _threshold(each) for name, each in state["params"].items()},
        )


def among(
    rules: Collection[KeptRule], names: Collection[str]
) -> tuple[tuple[KeptRule, ...], tuple[str, ...]]:
    """The rules that need nothing but some columns, the most severe first; ids of the others."""
    known = set(names)
    chosen = [each for each in rules if each.needs <= known]
    left = tuple(each.rule.id for each in rules if not each.needs <= known)
    return tuple(sorted(chosen, key=lambda each: -each.rule.severity.rank)), left


def _threshold_state(param: Threshold) -> "dict[str, Json]":
    return {
        "everyone": param.everyone,
        "by": list(param.by),
        "groups": [[*key, value] for key, value in param.groups.items()],
        "at_least": param.at_least,
        "at_most": param.at_most,
    }


def _threshold(state: Mapping[str, Any]) -> Threshold:
    return Threshold(
        everyone=state["everyone"],
        by=tuple(state["by"]),
        groups={tuple(key): value for *key, value in state["groups"]},
        at_least=state["at_least"],
        at_most=state["at_most"],
    )
