from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from tieout.export.markup import Html, join, tag, text_of


class Reader(HTMLParser):
    """Collects the elements and the text of a page."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.words = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes.update(attrs)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_it_escapes_text_once_however_deep_it_stands() -> None:
    assert tag("p", tag("b", "a & b")) == "<p><b>a &amp; b</b></p>"


def test_it_leaves_out_children_and_attributes_that_are_none() -> None:
    assert tag("p", None, "x", class_=None, id="i") == '<p id="i">x</p>'


def test_it_writes_underscores_as_hyphens_and_keeps_the_case_of_svg() -> None:
    markup = tag("svg", aria_hidden="true", viewBox="0 0 1 1", class_="share")

    assert markup == '<svg aria-hidden="true" viewBox="0 0 1 1" class="share"></svg>'


def test_it_closes_void_elements_in_place() -> None:
    assert tag("meta", charset="utf-8") == '<meta charset="utf-8"/>'


def test_it_escapes_again_what_plain_string_work_has_touched() -> None:
    # Formatting makes a plain string out of markup: the safe reading of it is text.
    assert text_of(f"{Html('<b>')}") == "&lt;b&gt;"
    assert join("<", Html("<br/>")) == "&lt;<br/>"


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\0")))
def test_it_lets_no_text_become_markup(text: str) -> None:
    reader = Reader(tag("td", text, title=text))

    assert reader.elements == ["td"]
    assert reader.words == text
    assert reader.attributes == {"title": text}
