"""The same reference looks the same, in a plan and in this process."""

from typing import get_args

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tieout.engines.duckdb import DuckDBEngine
from tieout.reconcile.normalise import normalise_column, normalise_series
from tieout.reconcile.spec import Normaliser

STEPS = get_args(Normaliser)


@pytest.mark.parametrize(
    ("steps", "text", "expected"),
    [
        ([], " a-1 ", " a-1 "),
        (["strip"], "  a 1 ", "a 1"),
        (["strip"], "\u00a0\u3000a\u2009", "a"),
        (["strip"], "\ta", "\ta"),
        (["upper"], "inv-äé1", "INV-ÄÉ1"),
        (["punctuation"], "INV-1/2.3_#4 a", "INV1234 a"),
        (["space"], " a b\tc\u00a0d\u2003e\n", "abcde"),
        (["digits"], "INV-2024/0012", "20240012"),
        (["letters"], "INV-2024/ä1", "INVä"),
        (["leading_zeros"], "0012", "12"),
        (["leading_zeros"], "INV-0012-030", "INV-12-30"),
        (["leading_zeros"], "A00100", "A100"),
        (["leading_zeros"], "000", "0"),
        (["leading_zeros"], "0", "0"),
        (["leading_zeros"], "1.05 10 0a", "1.5 10 0a"),
        (["strip", "upper", "punctuation", "leading_zeros"], " inv-0007 ", "INV7"),
        (["digits", "leading_zeros"], "INV-0007", "7"),
        (["upper"], "straße", "STRAẞE"),
    ],
)
def test_steps_do_what_they_are_called(
    engine: DuckDBEngine, steps: list[str], text: str, expected: str
) -> None:
    assert normalise_series(pl.Series([text]), steps).to_list() == [expected]
    table = engine.publish(pl.DataFrame({"text": [text]}))
    assert engine.fetch(table.select(out=normalise_column(table["text"], steps))).item() == expected


def test_nothing_stays_nothing(engine: DuckDBEngine) -> None:
    series = pl.Series("text", [None, ""], dtype=pl.String)
    assert normalise_series(series, STEPS).to_list() == [None, ""]
    table = engine.publish(series.to_frame())
    found = engine.fetch(table.select(out=normalise_column(table["text"], STEPS)))["out"]
    assert found.to_list() == [None, ""]


def test_the_input_stays_as_it_was() -> None:
    series = pl.Series("text", [" a "])
    normalise_series(series, ["strip", "upper"])
    assert series.to_list() == [" a "]


REFERENCES = st.text(
    st.one_of(
        st.sampled_from(
            "0019 -/#._,\t\n\r\x0b\x0c\x85\u00a0\u2003\u2028aZäßé\u0131\u017fΩЖ中\u0661\u0968"
        ),
        # A letter whose capital is two letters is written in one way by each engine.
        st.characters(
            codec="utf-8", exclude_characters="\x00", exclude_categories=["Cn", "Cs"]
        ).filter(lambda letter: len(letter.upper()) == 1 and letter.upper() != "\u1e9e"),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(REFERENCES, min_size=1, max_size=20),
    steps=st.lists(st.sampled_from(STEPS), max_size=4),
)
@example(texts=["straße", "ǆ", "\u0131", "\u017f", "ÿ"], steps=["upper"])
@example(texts=["a\u00a0b\x0bc\x85d"], steps=["space"])
def test_a_plan_and_a_series_agree(
    engine: DuckDBEngine, texts: list[str], steps: list[str]
) -> None:
    series = pl.Series("text", texts)
    table = engine.publish(series.to_frame())
    found = engine.fetch(table.select(out=normalise_column(table["text"], steps)))["out"]
    assert found.to_list() == normalise_series(series, steps).to_list()


@settings(max_examples=100, deadline=None)
@given(text=REFERENCES, steps=st.lists(st.sampled_from(STEPS), unique=True, max_size=4))
def test_the_same_text_comes_out_the_same_whatever_stands_beside_it(
    text: str, steps: list[str]
) -> None:
    alone = normalise_series(pl.Series([text]), steps)[0]
    among = normalise_series(pl.Series(["x", text, "0", text]), steps)
    assert among[1] == among[3] == alone


@settings(max_examples=100, deadline=None)
@given(text=REFERENCES, step=st.sampled_from(STEPS))
def test_a_step_done_twice_changes_nothing_more(text: str, step: str) -> None:
    once = normalise_series(pl.Series([text]), [step])
    assert normalise_series(once, [step]).to_list() == once.to_list()
