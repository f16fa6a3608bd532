"""The books while they are written: what is to be posted on which day, and all balances."""

from collections import defaultdict
from datetime import date

from tieout.practice.ledger.calendar import LAST_DAY
from tieout.practice.ledger.chart import CHART, RESULT_ACCOUNTS
from tieout.practice.ledger.entries import Entry


class Books:
    """balances: by account in 0.01, debits positive, of all that is posted so far."""

    def __init__(self, opening: dict[int, int]) -> None:
        self.opening = {account.number: opening.get(account.number, 0) for account in CHART}
        self.balances = dict(self.opening)
        self._diary: defaultdict[date, list[Entry]] = defaultdict(list)
        self._results: defaultdict[int, dict[int, int]] = defaultdict(
            lambda: dict.fromkeys(RESULT_ACCOUNTS, 0)
        )

    def enter(self, entry: Entry) -> None:
        """Have an entry posted on its day, today or later."""
        self._diary[entry.posting.day].append(entry)

    def post(self, day: date) -> list[Entry]:
        """Post what is due, in the order of the day. After the last month only closing entries."""
        due = [entry for entry in self._diary.pop(day, ()) if entry.effective <= LAST_DAY]
        due.sort(key=lambda entry: entry.posting.second)
        for entry in due:
            results = self._results[entry.effective.year]
            for account, amount in entry.lines:
                self.balances[account] += amount
                if account in results:
                    results[account] += amount
        return due

    def results(self, year: int) -> dict[int, int]:
        """Sums of revenue and expense accounts effective in a year, debits positive."""
        return dict(self._results[year])
