"""How well proposals foretell an operator whose policy nobody told them, and whether autonomy keeps
its stated error.

Usage: python benchmarks/resolve_quality.py [--seeds 20] [--first 0]
Policies are drawn by seed (`tieout.practice.decisions`); the operator slips in 5 % of cases.
"""

import argparse
import sys
from decimal import Decimal
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from decisions import decided, foretold, history
from working import work_by_policy

from tieout.practice.decisions import practice_cases
from tieout.resolve.autonomy.policy import AutonomyRule, AutonomySpec, Level

STATED = 0.1
AUTONOMY = AutonomySpec(
    enabled=True,
    checked_share=0.2,
    rules=(
        AutonomyRule(
            level=Level.AUTO,
            amount_max=Decimal(10**9),
            daily_count_max=10**6,
            daily_amount_max=Decimal(10**12),
            precedents_min=30,
            error_max=STATED,
        ),
    ),
)


def main() -> None:
    """Print a table for each question."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.seeds)
    _show("after 200 decisions", [_learnt(seed) for seed in seeds])
    _show("100 decisions after a new policy", [_relearnt(seed) for seed in seeds])
    done = [work_by_policy(seed, AUTONOMY, before=900, after=200) for seed in seeds]
    rates = [each.wrong / each.automatic for each in done if each.automatic]
    print(f"autonomy, {STATED:.0%} stated, a new policy after 900 of 1,100 cases")
    print(f"  acts that ran alone {sum(each.automatic for each in done)}, in {len(rates)} seeds")
    print(f"  wrong {sum(each.wrong for each in done)}, worst seed {max(rates, default=0):.1%}")
    print(f"  revoked {sum(each.revoked for each in done)} times")


def _learnt(seed: int) -> tuple[float, float]:
    operator, precedents, _ = history(seed)
    return foretold(precedents, operator, practice_cases(400, seed + 1000))


def _relearnt(seed: int) -> tuple[float, float]:
    operator, precedents, luck = history(seed)
    changed = operator.changed(seed)
    more = decided(practice_cases(100, seed + 2000), changed, luck, first=len(precedents))
    return foretold([*precedents, *more], changed, practice_cases(400, seed + 1000))


def _show(title: str, found: list[tuple[float, float]]) -> None:
    right, silent = [each[0] for each in found], [each[1] for each in found]
    print(title)
    print(
        f"  as the policy asks, of those proposed: mean {mean(right):.1%}, worst {min(right):.1%}"
    )
    print(f"  without a proposal: mean {mean(silent):.1%}, worst {max(silent):.1%}")


if __name__ == "__main__":
    main()
