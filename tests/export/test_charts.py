import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from tieout.export.charts import Column, column_chart, share_bar


def _rects(svg: str) -> list[dict[str, float]]:
    root = ElementTree.fromstring(svg)  # noqa: S314
    names = ("x", "y", "width", "height")
    return [{name: float(rect.get(name, "0")) for name in names} for rect in root.iter("rect")]


def test_it_draws_columns_in_proportion_on_one_baseline() -> None:
    tall, half = _rects(column_chart([Column("a", 10), Column("b", 5)], "words"))

    assert tall["height"] == 2 * half["height"]
    assert tall["y"] + tall["height"] == half["y"] + half["height"]


def test_it_says_in_words_what_it_shows() -> None:
    svg = column_chart([Column("2-7 days", 1_200, "2-7")], "Breaks by days open. 2-7 days: 1,200.")

    assert 'role="img" aria-label="Breaks by days open. 2-7 days: 1,200."' in svg
    assert "<title>2-7 days: 1,200</title>" in svg


def test_it_names_only_the_first_peak_of_many_columns() -> None:
    svg = column_chart([Column(str(at), 7 if at in {3, 5} else 1) for at in range(20)], "words")

    assert re.findall(r'class="value"[^>]*>([^<]+)', svg) == ["7"]


def test_it_keeps_words_at_the_edges_inside_the_picture() -> None:
    columns = [Column(str(at), 1, "2026-03-31" if at in {0, 59} else "") for at in range(60)]

    svg = column_chart(columns, "words")

    assert re.findall(r'class="axis" x="([\d.]+)"[^>]*text-anchor="(\w+)"', svg) == [
        ("0", "start"),
        ("360", "end"),
    ]


def test_it_draws_an_empty_baseline_for_nothing() -> None:
    svg = column_chart([], "nothing")

    assert _rects(svg) == []
    assert 'class="base"' in svg


def test_it_escapes_names_and_labels() -> None:
    assert "<script" not in column_chart([Column("<script>", 1, "<script>")], "<script>")


def test_it_leaves_a_small_part_of_a_bar_visible() -> None:
    (most, little) = _rects(share_bar(((999_999, "good"), (1, "bad")), 1_000_000))

    assert most["width"] > 99
    assert little["width"] >= 0.8
    assert little["x"] + little["width"] <= 100


def test_it_draws_no_part_of_nothing() -> None:
    assert _rects(share_bar(((0, "good"), (0, "bad")), 0)) == []


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=80))
def test_it_never_draws_outside_its_picture(values: list[int]) -> None:
    for rect in _rects(column_chart([Column("a", value) for value in values], "words")):
        assert rect["x"] >= -0.01
        assert rect["x"] + rect["width"] <= 360.01
        assert rect["y"] >= 0
