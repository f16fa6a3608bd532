"""Money at risk, by currency."""

from tieout.monitor.episodes import Breach, Episode, opened
from tieout.monitor.money import AtRisk, added, amounts, in_words, of_incident


def episode(metric: str, dimensions: str, money: AtRisk) -> Episode:
    from dataclasses import replace

    breach = Breach(
        value=0.3, baseline=0.1, n=100, p_value=1e-9, excess=20.0, onset=7, minutes=1,
        window_minutes=1,
    )  # fmt: skip
    return replace(opened(metric, dimensions, 7, breach), money=money)


def test_each_currency_has_its_own_decimals() -> None:
    money = (("EUR", 1_234_567), ("JPY", 98_400), ("KWD", 1_001))
    assert amounts(money) == {"EUR": "1234.57", "JPY": "98", "KWD": "1.001"}


def test_the_largest_amount_comes_first() -> None:
    assert in_words((("EUR", 1_000), ("JPY", 98_000))) == "98 JPY, 1.00 EUR"
    assert in_words({"EUR": "10.00", "USD": "9.00"}) == "10.00 EUR, 9.00 USD"


def test_an_amount_of_no_currency_stands_alone() -> None:
    assert in_words((("", 5_000),)) == "5.00"
    assert in_words(()) == ""


def test_cells_of_one_metric_are_not_added_up() -> None:
    nested = [
        episode("failed_rate", "", (("EUR", 900), ("USD", 10))),
        episode("failed_rate", "acquirer=A", (("EUR", 950),)),
    ]
    assert of_incident(nested) == (("EUR", 950), ("USD", 10))


def test_different_metrics_are() -> None:
    both = [
        episode("failed_rate", "", (("EUR", 900),)),
        episode("denied_rate", "", (("EUR", 100),)),
    ]
    assert of_incident(both) == (("EUR", 1000),)


def test_silence_and_a_drop_are_the_same_payments() -> None:
    both = [
        episode("volume_drop", "", (("EUR", 900),)),
        episode("missing_data", "", (("EUR", 1100),)),
    ]
    assert of_incident(both) == (("EUR", 1100),)


def test_sums_are_exact() -> None:
    assert added((("EUR", 2**60),), {"EUR": 1}) == (("EUR", 2**60 + 1),)
