from dataclasses import fields

import numpy as np

from tieout.practice.payments.rows import Rows, join_rows


def rows(*person: int) -> Rows:
    columns = {f.name: np.array(person) * 10 for f in fields(Rows)}
    return Rows(**{**columns, "person": np.array(person)})


def test_rows_are_taken_by_position_or_flag() -> None:
    some = rows(1, 2, 3)
    assert some.take(np.array([2, 0])).person.tolist() == [3, 1]
    assert some.take(np.array([False, True, False])).amount.tolist() == [20]
    assert some.take(slice(1, 3)).city.tolist() == [20, 30]


def test_rows_are_joined_in_every_column() -> None:
    joined = join_rows([rows(1), rows(2, 3)])
    assert len(joined) == 3
    for field in fields(Rows):
        factor = 1 if field.name == "person" else 10
        assert getattr(joined, field.name).tolist() == [factor, 2 * factor, 3 * factor]
