import polars as pl

from tieout.detect.label_codes import codes_by_label
from tieout.sources.typed.pieces import own_labels


def test_only_labels_that_occur_are_looked_up() -> None:
    labels = own_labels()
    pl.Series(["x", "y", "z"]).cast(labels)
    asked: list[str | None] = []

    def code_of(label: str | None) -> int:
        asked.append(label)
        return {"z": 7, "x": 3, None: -2}[label]

    found = codes_by_label(pl.Series(["z", None, "x", "z"]).cast(labels), code_of)

    assert found is not None
    assert found.tolist() == [7, -2, 3, 7]
    assert sorted(asked, key=str) == [None, "x", "z"]


def test_a_column_without_any_label_is_missing_throughout() -> None:
    found = codes_by_label(pl.Series([None, None], dtype=own_labels()), lambda label: -9)

    assert found is not None
    assert found.tolist() == [-9, -9]


def test_no_rows_have_no_codes() -> None:
    found = codes_by_label(pl.Series([], dtype=own_labels()), lambda label: -9)

    assert found is not None
    assert found.tolist() == []


def test_text_is_left_to_others() -> None:
    assert codes_by_label(pl.Series(["a"]), lambda label: 0) is None
