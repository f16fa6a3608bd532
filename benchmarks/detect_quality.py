"""How well detect ranks, flags and states its confidence, beside scikit-learn and PyOD.

Usage: uv run python benchmarks/detect_quality.py [--data DIR] [--peers PYTHON] [--only PART ...]
DIR holds sales_reports.csv.gz, card_payments.csv.gz and purchasing_cards_2010.csv.gz (real data
that is not part of the project); without it the generated data alone is measured. `make
bench-peers` makes the environment of PyOD, whose Python `--peers` names. Everything of Tieout goes
through the detect job on files, as `tieout detect` runs it; peers get the same rows as numbers.
"""

import argparse
from pathlib import Path

from detect_cards import measure_cards
from detect_injected import measure_injected
from detect_practice import measure_practice
from detect_run import run_detect
from detect_sales import measure_sales

PARTS = ("sales", "cards", "injected", "payments", "journal")


def main() -> None:
    """Measure the parts that were asked for, else all that there is data for."""
    options = _options()
    peers: str | None = options.peers
    data: Path | None = options.data
    _warm_up()
    if "sales" in options.only and data is not None:
        measure_sales(data, halvings=options.halvings, peers=peers)
    if "cards" in options.only and data is not None:
        measure_cards(data, splits=options.splits, peers=peers)
    if "injected" in options.only:
        measure_injected(
            data, seeds=options.seeds, rows=100_000, anomalies=options.anomalies, peers=peers
        )
    if "payments" in options.only:
        measure_practice("payments", seeds=options.seeds, rows=options.payments, peers=peers)
    if "journal" in options.only:
        measure_practice("journal", seeds=options.seeds, rows=options.journal, peers=peers)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="Folder with the real data.")
    parser.add_argument("--peers", help="Python of the peers' environment.")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[901, 902, 903])
    parser.add_argument("--splits", type=int, default=8, help="Of the card payments.")
    parser.add_argument("--halvings", type=int, default=4, help="Of the sales reports.")
    parser.add_argument("--payments", type=int, default=50_000, help="Practice payments.")
    parser.add_argument("--journal", type=int, default=75_000, help="Practice journal lines.")
    parser.add_argument("--anomalies", type=int, default=100, help="Put into each journal.")
    return parser.parse_args()


def _warm_up() -> None:
    """Compile what is compiled once a process, so that rows a second do not count it."""
    from detect_injected import ledger

    run_detect(ledger(3_000, 0))


if __name__ == "__main__":
    main()
