from dataclasses import replace

import polars as pl
import pytest

from tieout.model.errors import ConservationError
from tieout.sources.typed.order import refuse_disorder
from tieout.sources.typed.typing_pass import TypedPass

from .conftest import Reader


def passed(read: Reader, content: str | pl.DataFrame, name: str) -> TypedPass:
    """What a pass over this file gives, with its row numbers."""
    result = read(content, name)
    rows = pl.Series(result.table.rows)
    return TypedPass(result.source, result.table.frame, {}, rows)


def test_rows_that_the_engine_turned_around_are_noticed(read: Reader) -> None:
    content = "code,amount\n" + "".join(f"c{n},1.5\n" for n in range(9))
    readings = dict(read(content).readings)
    typed = passed(read, content, "payments.csv")
    sample = typed.source.sample(5)

    refuse_disorder(typed, readings, sample)
    with pytest.raises(ConservationError, match="rows came out of order"):
        refuse_disorder(replace(typed, values=typed.values.reverse()), readings, sample)


def test_numbered_rows_have_to_rise(read: Reader) -> None:
    frame = pl.DataFrame({"amount": [1.5, 2.5, 3.5]})
    typed = passed(read, frame, "payments.parquet")

    refuse_disorder(typed, {}, pl.DataFrame())
    with pytest.raises(ConservationError, match="rows came out of order"):
        refuse_disorder(replace(typed, rows=pl.Series([1, 3, 2])), {}, pl.DataFrame())


def test_a_file_of_numbers_alone_has_nothing_to_compare(read: Reader) -> None:
    content = "amount,price\n1.5,2.5\n3.5,4.5\n"
    readings = dict(read(content).readings)
    typed = passed(read, content, "payments.csv")

    refuse_disorder(typed, readings, typed.source.sample(2))
