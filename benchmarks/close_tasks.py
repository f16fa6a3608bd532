"""Delay impact and critical path of a large graph, in CPU milliseconds.

Usage: python benchmarks/close_tasks.py [--tasks 2000] [--rounds 20]
"""

import argparse
import statistics
import time
from collections.abc import Callable
from random import Random

from tieout.close.tasks.delay import delay
from tieout.close.tasks.graph import TaskGraph
from tieout.close.tasks.schedule import Work, plan
from tieout.close.tasks.uncertainty import learn, simulate


def problem(tasks: int, seed: int) -> tuple[TaskGraph, list[Work]]:
    """Tasks that each wait for up to four before them."""
    luck = Random(seed)  # noqa: S311 - a benchmark, no secret
    listed = [
        (f"t{at}", [f"t{other}" for other in luck.sample(range(at), min(at, 4))])
        for at in range(tasks)
    ]
    return TaskGraph.of(listed), [Work(luck.random()) for _ in listed]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tasks", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    graph, work = problem(asked.tasks, seed=1)
    spreads = [learn(task.days, []) for task in work]
    jobs: dict[str, Callable[[], object]] = {
        "critical path and slack": lambda: plan(graph, work),
        "delay of one task (two plans)": lambda: delay(graph, work, {asked.tasks // 20: 3.0}),
        "2,000 draws of the end": lambda: simulate(graph, work, spreads, seed=1),
    }
    print(f"{asked.tasks:,} tasks")
    for name, job in jobs.items():
        spent = []
        for _ in range(asked.rounds):
            started = time.process_time()
            job()
            spent.append(1_000 * (time.process_time() - started))
        print(f"{name}: median {statistics.median(spent):.1f} ms of CPU, most {max(spent):.1f}")


if __name__ == "__main__":
    main()
