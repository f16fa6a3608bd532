"""How often the true cause of a real incident is named, on labelled cases of rates by the minute.

Usage: uv run python benchmarks/rootcause_quality.py --cases FOLDER [--misses]
FOLDER holds a CSV per case (min, value, cnt and attributes) and anomaly.yaml, a list of
{data, timestamp, cause}, where a cause is one {attribute: value, ...} or a list of these.

Also counted: causes named where every cell's count is multiplied (surges), and at the minutes
before the incident whose overall rate is near the usual (quiet).
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import yaml

from tieout.engines.duckdb import DuckDBEngine
from tieout.explain.scan.result import Cause, Scan
from tieout.model.table import Kind
from tieout.pipeline.rootcause_attributes import Attribute, coded
from tieout.pipeline.rootcause_moments import split_moments
from tieout.pipeline.rootcause_plan import Plan, Wanted, make_plan
from tieout.pipeline.rootcause_rows import Rows, sound_rows
from tieout.pipeline.rootcause_scan import Question, answer
from tieout.sources.open import open_source
from tieout.sources.typed.read import read_table

Condition = frozenset[tuple[str, str]]
SURGES = (2.0, 4.0)
EARLIER_MIN = 3
SURGE_RATE_MAX = 1.3
QUIET_RATES_MAX = (1.25, 1.5)


@dataclass(frozen=True)
class Case:
    """One labelled incident, read."""

    name: str
    at: float
    truth: frozenset[Condition]
    plan: Plan
    rows: Rows
    attributes: tuple[Attribute, ...]

    @property
    def minutes(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """The minute of each row."""
        instants = self.rows.frame[self.plan.time or ""]
        return np.asarray(instants.to_numpy(), dtype=np.float64)

    def scan(self, at: float, surge: float = 1.0) -> tuple[Scan, list[Condition]]:
        """Explain one minute; with a surge, every count of that minute is multiplied."""
        moments = split_moments(
            self.rows.frame[self.plan.time or ""],
            Kind.NUMBER,
            at=f"{at:.0f}",
            before=None,
            after=None,
            notes=[],
        )
        grown = np.minimum(self.rows.counts * surge, self.rows.trials)
        counts = np.where(moments.now, grown, self.rows.counts)
        question = Question(self.attributes, counts, self.rows.trials, moments)
        asked, scan = answer(question, self.plan, direction="rise", notes=[])
        return scan, [_condition(cause, asked.attributes) for cause in scan.causes]

    def rates(self) -> list[tuple[float, float]]:
        """Minutes before the incident, and their overall rate over the median one."""
        minutes = self.minutes
        earlier = np.unique(minutes[minutes < self.at])
        rates = [
            self.rows.counts[minutes == each].sum() / self.rows.trials[minutes == each].sum()
            for each in earlier
        ]
        usual = float(np.median(rates))
        return [(float(m), float(r) / usual) for m, r in zip(earlier, rates, strict=True)]


@dataclass
class Tally:
    """Counts over cases."""

    cases: int = 0
    hits: int = 0
    wrong: int = 0
    missed: int = 0
    first_three: int = 0
    cpu_seconds: float = 0.0
    misses: list[str] = field(default_factory=list)

    @property
    def f1(self) -> float:
        """Of sets of conditions that are equal to the true ones."""
        return 2 * self.hits / max(2 * self.hits + self.wrong + self.missed, 1)

    def add(self, case: Case) -> None:
        """Explain the incident of a case and compare with its truth."""
        started = time.process_time()
        scan, ranked = case.scan(case.at)
        self.cpu_seconds += time.process_time() - started
        named = set(ranked[: len(scan.named)])
        self.cases += 1
        self.hits += len(named & case.truth)
        self.wrong += len(named - case.truth)
        self.missed += len(case.truth - named)
        self.first_three += bool(case.truth & set(ranked[:3]))
        if named != case.truth:
            shown = f"{case.name}: {scan.verdict}, true {_words(case.truth)}, named {_words(named)}"
            self.misses.append(shown)


def main() -> None:
    """Measure all cases of a folder, whole and by halves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--misses", action="store_true", help="List the cases that went wrong.")
    options = parser.parse_args()
    cases = list(read_cases(options.cases))
    for label, part in (("all", cases), ("odd", cases[::2]), ("even", cases[1::2])):
        tally = Tally()
        for case in part:
            tally.add(case)
        print(
            f"{label:5}{tally.cases:4} cases: F1 {tally.f1:.3f} ({tally.hits} right, "
            f"{tally.wrong} wrong, {tally.missed} missed), among the first three "
            f"{tally.first_three / max(tally.cases, 1):.3f}, CPU a case "
            f"{tally.cpu_seconds / max(tally.cases, 1):.3f} s"
        )
        if options.misses and label == "all":
            print("\n".join(f"      {miss}" for miss in tally.misses))
    _show_surges(cases)
    _show_quiet(cases)


def read_cases(folder: Path) -> Iterator[Case]:
    """Every case that `anomaly.yaml` lists."""
    listed = yaml.safe_load((folder / "anomaly.yaml").read_text(encoding="utf-8"))
    for entry in listed:
        with TemporaryDirectory() as scratch, DuckDBEngine() as engine:
            path = str(folder / f"{entry['data']}.csv")
            source = open_source(path, engine=engine, workdir=Path(scratch))
            wanted = Wanted(value="value", total="cnt", time="min", needs_time=True)
            plan = make_plan(source, wanted)
            # Codes of bitrates are labels, however many there are.
            plan = replace(plan, numeric=frozenset())
            read = read_table(path, engine=engine, workdir=Path(scratch), expected=plan.kinds)
            rows = sound_rows(read, plan)
        causes = entry["cause"] if isinstance(entry["cause"], list) else [entry["cause"]]
        yield Case(
            name=entry["data"],
            at=float(entry["timestamp"]),
            truth=frozenset(
                frozenset((name, str(value)) for name, value in cause.items()) for cause in causes
            ),
            plan=plan,
            rows=rows,
            attributes=tuple(coded(rows.frame, plan.attributes, plan.numeric, [])),
        )


def _show_surges(cases: Sequence[Case]) -> None:
    for surge in SURGES:
        named = asked = 0
        for case in cases:
            calm = [m for m, rate in case.rates()[2:] if rate <= SURGE_RATE_MAX]
            if calm:
                asked += 1
                named += bool(case.scan(calm[-1], surge)[0].named)
        print(f"surges x{surge:g}: a cause is named in {named} of {asked}")


def _show_quiet(cases: Sequence[Case]) -> None:
    answers = [
        (rate, bool(case.scan(minute)[0].named))
        for case in cases
        for minute, rate in case.rates()[EARLIER_MIN:]
        if rate <= max(QUIET_RATES_MAX)
    ]
    for most in QUIET_RATES_MAX:
        quiet = [named for rate, named in answers if rate <= most]
        print(
            f"minutes at no more than {most:g} times the usual rate: a cause is named in "
            f"{sum(quiet)} of {len(quiet)} ({sum(quiet) / max(len(quiet), 1):.1%})"
        )


def _condition(cause: Cause, attributes: Sequence[Attribute]) -> Condition:
    return frozenset(
        (attributes[place].name, attributes[place].words[code]) for place, code in cause.condition
    )


def _words(conditions: set[Condition] | frozenset[Condition]) -> str:
    shown = [" & ".join(f"{name}={value}" for name, value in sorted(each)) for each in conditions]
    return " + ".join(sorted(shown)) or "nothing"


if __name__ == "__main__":
    main()
