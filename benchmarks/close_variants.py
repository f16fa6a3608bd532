"""Journal tests against exceptions that somebody else might plant: other forms of each kind.

The practice generator's own exceptions are taken out, and variants are planted that neither it nor
the tests describe: taken from real entries and spoilt, or made up. What is asked is which share of
them is among the riskiest 5 % of the entries, kind by kind and form by form.

Usage: python benchmarks/close_variants.py [--seeds 30811 30812 30813] [--rows 75000] [--each 7]
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from close_journal import SHARE, opened
from tieout.close.journal.book import Book, open_book
from tieout.close.journal.risk import combine, detect_lines, detected_p
from tieout.close.journal.run import run_tests
from tieout.practice.ledger import generate_ledger
from tieout.practice.ledger.staff import LEAD_LIMIT_MINOR

Line = dict[str, Any]
Entry = list[Line]


class Desk:
    """Entries to spoil, and chance."""

    def __init__(self, book: Book, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        lines = book.lines.drop("entry_index")
        self.entries: list[Entry] = [
            part.to_dicts() for part in lines.partition_by("entry", maintain_order=True)
        ]
        self.accounts = sorted(set(lines["account"]))
        self.people = sorted(
            name for name in set(lines["prepared_by"]) if name and not name.startswith("sys")
        )
        by_hand = [
            each
            for each in self.entries
            if each[0]["prepared_by"] in self.people and len(each) == 2
        ]
        self.by_hand = by_hand[len(by_hand) // 10 :]
        sizes = [abs(line["amount"]) for each in self.by_hand for line in each]
        self.median = int(np.median(sizes))

    def one(self, *, origin: str | None = None) -> Entry:
        """A copy of an entry that a person made."""
        pool = [e for e in self.by_hand if origin is None or e[0]["origin"] == origin]
        picked = (pool or self.by_hand)[int(self.rng.integers(len(pool or self.by_hand)))]
        return [dict(line) for line in picked]

    def pick(self, values: list[Any]) -> Any:
        """One of some values."""
        return values[int(self.rng.integers(len(values)))]


def _all(entry: Entry, **same: Any) -> Entry:
    return [{**line, **same} for line in entry]


def _scaled(entry: Entry, amount: int) -> Entry:
    return [
        {**line, "amount": amount if line["amount"] > 0 else -amount} for line in entry
    ]  # fmt: skip


def _moved(entry: Entry, **by: float) -> Entry:
    shift = timedelta(**by)
    return [
        {**line, "posted_at": line["posted_at"] + shift,
         "approved_at": line["approved_at"] + shift if line["approved_at"] else None}
        for line in entry
    ]  # fmt: skip


def _cent_off(desk: Desk) -> Entry:
    entry = desk.one()
    entry[-1]["amount"] += 1
    return entry


def _line_lost(desk: Desk) -> Entry:
    return desk.one()[:1]


def _digit_doubled(desk: Desk) -> Entry:
    entry = desk.one()
    entry[0]["amount"] *= 10
    return entry


def _turned(desk: Desk) -> Entry:
    return [{**line, "amount": -line["amount"]} for line in desk.one(origin="purchasing")]


def _any_accounts(desk: Desk) -> Entry:
    entry = desk.one()
    used = {(e[0]["account"], e[-1]["account"]) for e in desk.entries}
    while True:
        debit, credit = (desk.pick(desk.accounts) for _ in range(2))
        if debit != credit and (debit, credit) not in used and (credit, debit) not in used:
            break
    for line in entry:
        line["account"] = debit if line["amount"] > 0 else credit
    return _all(entry, origin="manual")


def _third_line(desk: Desk) -> Entry:
    entry = desk.one()
    amount = entry[0]["amount"] // 3
    if amount == 0:
        return _any_accounts(desk)
    entry[0]["amount"] -= amount
    odd = desk.pick([name for name in desk.accounts if name[0] in "35"])
    return [*entry, {**entry[0], "line": 3, "account": odd, "amount": amount}]


def _suspense(desk: Desk) -> Entry:
    entry = desk.one()
    entry[0]["account"] = "1999"
    return entry


def _into_equity(desk: Desk) -> Entry:
    entry = desk.one()
    entry[-1]["account"] = desk.pick(["3000", "3100"])
    return entry


def _newcomer(desk: Desk) -> Entry:
    return _all(desk.one(), prepared_by=desk.pick(["tmp.admin", "k.novak", "j.doe"]))


def _system_by_hand(desk: Desk) -> Entry:
    return _all(desk.one(origin="manual"), prepared_by="sys.root", approved_by="")


def _other_department(desk: Desk) -> Entry:
    counts = Counter(e[0]["prepared_by"] for e in desk.by_hand)
    rare = sorted(desk.people, key=lambda name: (counts[name], name))[:2]
    return _all(desk.one(), prepared_by=desk.pick(rare))


def _own_approval(desk: Desk) -> Entry:
    entry = desk.one()
    return _all(entry, approved_by=entry[0]["prepared_by"].upper())


def _nobody_approved(desk: Desk) -> Entry:
    return _all(desk.one(), approved_by="", approved_at=None)


def _approved_by_below(desk: Desk) -> Entry:
    entry = desk.one()
    others = [name for name in desk.people if name != entry[0]["prepared_by"]]
    return _all(entry, approved_by=desk.pick(others))


def _at_night(desk: Desk) -> Entry:
    entry = desk.one()
    at: datetime = entry[0]["posted_at"]
    return _moved(entry, hours=float(desk.rng.integers(1, 5)) - at.hour + 24)


def _sunday(desk: Desk) -> Entry:
    entry = desk.one()
    days = 6 - entry[0]["posted_at"].weekday()
    moved = _moved(entry, days=days)
    return _all(moved, effective=moved[0]["posted_at"].date())


def _new_year(desk: Desk) -> Entry:
    entry = _moved(desk.one(), days=0)
    holiday = datetime(2025, desk.pick([1, 5, 12]), 1) + timedelta(hours=11)  # noqa: DTZ001
    holiday = holiday if holiday.month != 12 else holiday.replace(day=25)
    return _all(entry, posted_at=holiday, approved_at=None, effective=holiday.date())


def _weeks_back(desk: Desk) -> Entry:
    entry = desk.one()
    days = int(desk.rng.integers(16, 60))
    return _all(entry, effective=entry[0]["effective"] - timedelta(days=days))


def _year_back(desk: Desk) -> Entry:
    entry = desk.one()
    return _all(entry, effective=entry[0]["effective"] - timedelta(days=300))


def _ahead(desk: Desk) -> Entry:
    entry = desk.one()
    days = int(desk.rng.integers(20, 70))
    return _all(entry, effective=entry[0]["effective"] + timedelta(days=days))


def _round_thousands(desk: Desk) -> Entry:
    return _scaled(desk.one(origin="manual"), int(desk.rng.integers(2, 30)) * 100_000)


def _nines(desk: Desk) -> Entry:
    return _scaled(desk.one(), desk.pick([99_999, 499_999, 999_999, 199_999]))


def _round_invoice(desk: Desk) -> Entry:
    return _scaled(desk.one(origin="purchasing"), int(desk.rng.integers(1, 9)) * 500_000)


def _digit_too_many(desk: Desk) -> Entry:
    entry = desk.one()
    return _scaled(entry, max(abs(entry[0]["amount"]), desk.median) * 10)


def _a_fortune(desk: Desk) -> Entry:
    return _scaled(desk.one(), int(desk.median * desk.rng.uniform(25, 90)) + 37)


def _many_times_its_party(desk: Desk) -> Entry:
    entry = desk.one(origin="purchasing")
    return _scaled(entry, int(abs(entry[0]["amount"]) * desk.rng.uniform(6, 9)) + 13)


def _again(desk: Desk) -> Entry:
    return _moved(desk.one(origin="purchasing"), minutes=9)


def _again_next_week(desk: Desk) -> Entry:
    entry = _moved(desk.one(origin="purchasing"), days=7)
    return _all(entry, effective=entry[0]["posted_at"].date(),
                document=entry[0]["document"] + "-A")  # fmt: skip


def _again_by_another(desk: Desk) -> Entry:
    entry = _moved(desk.one(origin="sales"), days=1)
    return _all(entry, prepared_by=desk.pick(desk.people), description="Invoice (copy)")


def _under_the_limit(desk: Desk) -> Entry:
    """Just below the sum from which somebody else has to approve in this company."""
    return _scaled(
        desk.one(origin="purchasing"), int(LEAD_LIMIT_MINOR * desk.rng.uniform(0.97, 0.999))
    )


def _sales_taken_back(desk: Desk) -> Entry:
    entry = _all(desk.one(origin="sales"), origin="manual", description="Correction")
    return [{**line, "amount": -line["amount"]} for line in entry]


def _sales_to_loan(desk: Desk) -> Entry:
    entry = _all(desk.one(), origin="manual", description="Per agreement")
    for line in entry:
        line["account"] = "4000" if line["amount"] > 0 else "2500"
    return entry


def _sales_at_the_end(desk: Desk) -> Entry:
    entry = _scaled(_all(desk.one(), origin="manual", description="Project"), desk.median * 9 + 1)
    for line in entry:
        line["account"] = "1100" if line["amount"] > 0 else "4000"
    month = entry[0]["effective"].replace(day=28)
    last = month + timedelta(days=4)
    last -= timedelta(days=last.day)
    at = datetime(last.year, last.month, last.day, 19, 40)  # noqa: DTZ001
    return _all(entry, effective=last, posted_at=at, approved_at=None)


def _after_the_close(desk: Desk) -> Entry:
    entry = desk.one(origin="manual")
    day = entry[0]["posted_at"]
    last = day.date().replace(day=1) - timedelta(days=1)
    at = datetime(day.year, day.month, 20, 10, 12)  # noqa: DTZ001
    return _all(entry, effective=last, posted_at=at, approved_at=at + timedelta(hours=3))


def _no_words(desk: Desk) -> Entry:
    return _all(desk.one(), description="")


def _plug(desk: Desk) -> Entry:
    words = ["plug to agree with TB", "as told by CFO", "override, see me", "???", "xxx"]
    return _all(desk.one(origin="manual"), description=desk.pick(words))


VARIANTS: dict[str, tuple[Callable[[Desk], Entry], ...]] = {
    "does not balance": (_cent_off, _line_lost, _digit_doubled),
    "accounts that do not meet": (_turned, _any_accounts, _third_line),
    "rare account": (_suspense, _into_equity),
    "who rarely posts": (_newcomer, _system_by_hand, _other_department),
    "approval": (_own_approval, _nobody_approved, _approved_by_below),
    "hour and day": (_at_night, _sunday, _new_year),
    "date": (_weeks_back, _year_back, _ahead, _after_the_close),
    "chosen amount": (_round_thousands, _nines, _round_invoice, _under_the_limit),
    "too large": (_digit_too_many, _a_fortune, _many_times_its_party),
    "twice": (_again, _again_next_week, _again_by_another),
    "revenue": (_sales_taken_back, _sales_to_loan, _sales_at_the_end),
    "words": (_no_words, _plug),
}


def planted(book: Book, desk: Desk, each: int) -> tuple[Book, dict[str, tuple[str, str]]]:
    """The book with spoilt entries in the order of posting, and kind and form by entry."""
    made: list[Line] = []
    truth: dict[str, tuple[str, str]] = {}
    for kind, forms in VARIANTS.items():
        for form in forms:
            for _ in range(each):
                number = f"JE9{len(truth):07d}"
                truth[number] = (kind, form.__name__.strip("_").replace("_", " "))
                made += [
                    {**line, "entry": number, "line": at}
                    for at, line in enumerate(form(desk), start=1)
                ]
    old = book.lines.drop("entry_index")
    lines = pl.concat([old, pl.DataFrame(made, schema=old.schema)])
    order = lines.group_by("entry", maintain_order=True).agg(pl.col("posted_at").first())
    # Numbers are given anew by the order of posting, so that no number tells what was planted.
    order = order.sort("posted_at", maintain_order=True).with_columns(
        fresh=pl.format("JE{}", pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(8))
    )
    fresh = dict(order.select("entry", "fresh").iter_rows())
    lines = lines.with_columns(entry=pl.col("entry").replace_strict(fresh)).sort("entry", "line")
    lines = lines.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    whole = open_book(lines, known=book.known, accounts=book.accounts, holidays=book.holidays)
    return whole, {fresh[number]: told for number, told in truth.items()}


def measure(seed: int, rows: int, each: int, folder: Path) -> list[tuple[str, str, bool]]:
    """Kind, form and whether it is among the riskiest, for each planted entry."""
    made = generate_ledger(rows=rows, seed=seed, out=folder / str(seed))
    book = opened(made)
    labels = pl.read_parquet(made.labels).filter("is_anomaly")["row"].cast(pl.Int64)
    spoilt = book.lines.filter(pl.col("row").is_in(labels.implode()))["entry"].unique()
    sound = book.lines.filter(~pl.col("entry").is_in(spoilt.implode())).drop("entry_index")
    base = open_book(sound, known=book.known, accounts=book.accounts, holidays="DE")
    whole, truth = planted(base, Desk(base, seed), each)
    results = run_tests(whole)
    _, judged, _ = detect_lines(whole, seed=0)
    order = combine(whole, results, detected_p(whole, judged)).order()
    names = whole.entries["entry"].to_list()
    first = {names[place] for place in order[: int(SHARE * len(order))]}
    share = len(truth) / whole.entries.height
    found = sum(number in first for number in truth)
    print(
        f"seed {seed}: {whole.entries.height:,} entries, {len(truth)} planted ({share:.2%}), "
        f"{found} in the first {SHARE:.0%}: recall {found / len(truth):.4f}"
    )
    return [(*told, number in first) for number, told in truth.items()]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, nargs="*", default=[30811, 30812, 30813])
    parser.add_argument("--rows", type=int, default=75_000)
    parser.add_argument("--each", type=int, default=7)
    asked = parser.parse_args()
    rows: list[tuple[str, str, bool]] = []
    with tempfile.TemporaryDirectory() as scratch:
        for seed in asked.seeds:
            rows += measure(seed, asked.rows, asked.each, Path(scratch))
    for kind, forms in VARIANTS.items():
        of_kind = [hit for name, _, hit in rows if name == kind]
        words = ", ".join(
            f"{form} {sum(hits)}/{len(hits)}"
            for form in (each.__name__.strip("_").replace("_", " ") for each in forms)
            if (hits := [hit for _, name, hit in rows if name == form])
        )
        print(f"{kind}: {sum(of_kind) / len(of_kind):.3f} ({words})")
    print(f"in all: {sum(hit for *_, hit in rows) / len(rows):.4f}")


if __name__ == "__main__":
    main()
