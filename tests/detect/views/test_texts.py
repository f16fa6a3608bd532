import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tieout.detect.views.texts import packed, texts_of, unpacked


@given(st.lists(st.none() | st.text(max_size=8), max_size=12))
def test_texts_come_back_as_they_were(texts: list[str | None]) -> None:
    assert unpacked(packed(texts)) == texts


def test_empty_and_missing_are_two_things() -> None:
    arrays = packed(["", None, "é"])
    assert arrays["lengths"].tolist() == [0, -1, 2]
    assert arrays["bytes"].dtype == np.uint8


def test_only_lists_have_texts() -> None:
    assert texts_of(["a", 1]) == ("a", "1")
    assert texts_of("ab") == ()
    assert texts_of(None) == ()
