import numpy as np

from tieout.practice.rates.answers import AUTH_CODES
from tieout.practice.rates.cells import CELLS, DIMENSIONS, where
from tieout.practice.rates.events import Events
from tieout.practice.rates.statuses import STATUSES, TIMEOUT
from tieout.practice.rates.table import COLUMNS, event_table


def events(cell: int = 0, status: int = 0) -> Events:
    given = {
        "time": 3_723_045, "cell": cell, "status": status, "auth_code": AUTH_CODES.index("05"),
        "amount": 1_205, "currency": 1, "duration": 431, "kind": 0,
    }  # fmt: skip
    return Events(**{name: np.array([value]) for name, value in given.items()})


def test_an_event_is_written_as_people_write_it() -> None:
    cell = where(channel="app", product="top_up", acquirer="A2", card_type="credit").cells.argmax()
    table = event_table(events(int(cell), TIMEOUT), first_number=7)
    assert tuple(table.columns) == COLUMNS
    assert table.write_csv(include_header=False) == (
        "E0000000007,2025-06-02T01:02:03.045,timeout,app,top_up,A2,credit,12.05,GBP,05,431\n"
    )


def test_every_cell_and_status_can_be_named() -> None:
    rows = [
        event_table(events(cell, cell % len(STATUSES)), first_number=1).row(0, named=True)
        for cell in range(CELLS)
    ]
    for name, values in DIMENSIONS.items():
        assert {row[name] for row in rows} == set(values)
    assert {row["status"] for row in rows} == set(STATUSES)
