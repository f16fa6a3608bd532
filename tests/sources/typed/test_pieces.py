import polars as pl
import pytest

from tieout.model.table import Kind
from tieout.sources.typed import pieces
from tieout.sources.typed.pieces import Pieces

from .conftest import Reader

FEW = ["red", None, "blue", "red"] * 25
MANY = [f"n{number}" for number in range(100)]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PACKED_ROWS_MIN", 100)


def joined(*parts: list[str | None], packed: bool = True) -> pl.Series:
    column = Pieces(packed=packed)
    for part in parts:
        column.add(pl.Series("label", part, dtype=pl.String))
    return column.whole()


def test_labels_that_come_again_are_kept_once() -> None:
    column = joined(FEW, [*FEW[:3], "green"] * 25)
    assert isinstance(column.dtype, pl.Categorical)
    assert column.cast(pl.String).to_list() == [*FEW, *([*FEW[:3], "green"] * 25)]
    assert column.n_chunks() == 1


def test_a_short_last_piece_is_kept_like_the_others() -> None:
    column = joined(FEW, ["blue", "violet"])
    assert isinstance(column.dtype, pl.Categorical)
    assert column.cast(pl.String).to_list() == [*FEW, "blue", "violet"]


@pytest.mark.parametrize(
    "parts",
    [(MANY,), (MANY, FEW), (FEW, MANY), (FEW, FEW, MANY, FEW), (FEW[:99],), (FEW[:9], FEW)],
    ids=["many", "many first", "many later", "many between", "few rows", "short first"],
)
def test_other_text_stays_text(parts: tuple[list[str | None], ...]) -> None:
    column = joined(*parts)
    assert column.dtype == pl.String
    assert column.to_list() == [value for part in parts for value in part]


def test_text_stays_text_unless_it_is_asked_for() -> None:
    assert joined(FEW, packed=False).dtype == pl.String


def test_numbers_stay_numbers() -> None:
    column = Pieces(packed=True)
    column.add(pl.Series("n", [1.0] * 100))
    assert column.whole().dtype == pl.Float64


def test_columns_have_codes_of_their_own() -> None:
    one, other = joined(["b", "a"] * 50), joined(["a", "b"] * 50)
    assert one.to_physical().to_list() == other.to_physical().to_list()
    assert one.dtype != other.dtype


def test_a_table_is_the_same_but_for_the_type_of_its_labels(read: Reader) -> None:
    text = "day,colour,id,amount\n" + "".join(
        f"2026-01-{1 + n % 28:02d},{'red' if n % 3 else 'blue'},r{n},{n}.5\n" for n in range(300)
    )
    plain, packed = read(text), read(text, packed=True)
    frame = packed.table.frame
    assert packed.table.columns == plain.table.columns
    assert isinstance(frame.schema["colour"], pl.Categorical)
    assert frame.schema["id"] == pl.String
    assert frame.with_columns(pl.col("colour").cast(pl.String)).equals(plain.table.frame)
    assert [column.kind for column in packed.table.columns][1] is Kind.CATEGORY
