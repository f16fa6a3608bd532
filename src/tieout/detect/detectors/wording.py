"""Numbers and places as reasons write them."""


def figure(value: float) -> str:
    """A quantity for a person: thousands apart and two decimals, small ones to four digits."""
    if value != 0.0 and abs(value) < 1.0:
        return f"{value:.4g}"
    return f"{value:,.2f}"


def direction(value: float, usual: float) -> str:
    """On which side of the usual a value lies."""
    return "above" if value > usual else "below"
