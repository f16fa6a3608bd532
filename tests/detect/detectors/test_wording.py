import pytest

from tieout.detect.detectors.wording import direction, figure


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (12_400.0, "12,400.00"),
        (-1_020.5, "-1,020.50"),
        (0.0, "0.00"),
        (1.0, "1.00"),
        (0.001234567, "0.001235"),
        (-0.25, "-0.25"),
        (1e-9, "1e-09"),
    ],
)
def test_quantities_are_written_for_a_person(value: float, words: str) -> None:
    assert figure(value) == words


def test_a_value_lies_above_or_below_the_usual() -> None:
    assert direction(2.0, 1.0) == "above"
    assert direction(-2.0, 1.0) == "below"
