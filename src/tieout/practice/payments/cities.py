"""Where the people of the practice payments live, and where they travel to."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tieout.practice.breaks.arrays import Floats, Ints

EARTH_RADIUS_KM: Final = 6371.0


@dataclass(frozen=True)
class City:
    """A place with shops.

    residents: share of the bank's customers, 0 where it has none. guests: how much travellers
    are drawn to it. hours_ahead: of the bank's clock, which is Central European time.
    """

    name: str
    country: str
    latitude: float
    longitude: float
    residents: float
    guests: float
    hours_ahead: int = 0


CITIES: Final = (
    City("Berlin", "DE", 52.52, 13.40, 9.0, 3.0),
    City("Hamburg", "DE", 53.55, 9.99, 6.0, 1.5),
    City("Munich", "DE", 48.14, 11.58, 6.0, 2.5),
    City("Cologne", "DE", 50.94, 6.96, 5.0, 1.0),
    City("Leipzig", "DE", 51.34, 12.37, 4.0, 0.5),
    City("Paris", "FR", 48.86, 2.35, 7.0, 5.0),
    City("Lyon", "FR", 45.76, 4.84, 4.0, 1.0),
    City("Lille", "FR", 50.63, 3.06, 3.0, 0.5),
    City("Amsterdam", "NL", 52.37, 4.90, 5.0, 3.0),
    City("Rotterdam", "NL", 51.92, 4.48, 4.0, 0.7),
    City("Brussels", "BE", 50.85, 4.35, 4.0, 1.5),
    City("Antwerp", "BE", 51.22, 4.40, 2.0, 0.6),
    City("Madrid", "ES", 40.42, -3.70, 5.0, 3.0),
    City("Barcelona", "ES", 41.39, 2.17, 4.0, 5.0),
    City("Milan", "IT", 45.46, 9.19, 5.0, 2.5),
    City("Rome", "IT", 41.90, 12.50, 4.0, 5.0),
    City("Vienna", "AT", 48.21, 16.37, 5.0, 3.0),
    City("Graz", "AT", 47.07, 15.44, 2.0, 0.4),
    City("Warsaw", "PL", 52.23, 21.01, 4.0, 1.0),
    City("Krakow", "PL", 50.06, 19.94, 3.0, 1.6),
    City("Prague", "CZ", 50.08, 14.44, 3.0, 3.0),
    City("Stockholm", "SE", 59.33, 18.07, 3.0, 1.5),
    City("Copenhagen", "DK", 55.68, 12.57, 2.0, 1.8),
    City("Zurich", "CH", 47.37, 8.54, 3.0, 1.2),
    City("London", "GB", 51.51, -0.13, 0.0, 5.0, -1),
    City("Edinburgh", "GB", 55.95, -3.19, 0.0, 1.0, -1),
    City("Dublin", "IE", 53.35, -6.26, 0.0, 1.5, -1),
    City("Lisbon", "PT", 38.72, -9.14, 0.0, 3.0, -1),
    City("Athens", "GR", 37.98, 23.73, 0.0, 3.0, 1),
    City("Istanbul", "TR", 41.01, 28.98, 0.0, 2.0, 2),
    City("Antalya", "TR", 36.90, 30.70, 0.0, 3.0, 2),
    City("Split", "HR", 43.51, 16.44, 0.0, 3.0),
    City("Budapest", "HU", 47.50, 19.04, 0.0, 2.0),
    City("Bucharest", "RO", 44.43, 26.10, 0.0, 0.7, 1),
    City("Oslo", "NO", 59.91, 10.75, 0.0, 1.0),
    City("Marrakesh", "MA", 31.63, -7.99, 0.0, 1.0),
    City("Cairo", "EG", 30.04, 31.24, 0.0, 0.8, 1),
    City("Dubai", "AE", 25.20, 55.27, 0.0, 1.2, 3),
    City("New York", "US", 40.71, -74.01, 0.0, 1.6, -6),
    City("Miami", "US", 25.76, -80.19, 0.0, 0.7, -6),
    City("Los Angeles", "US", 34.05, -118.24, 0.0, 0.6, -9),
    City("Toronto", "CA", 43.65, -79.38, 0.0, 0.5, -6),
    City("Cancun", "MX", 21.16, -86.85, 0.0, 0.6, -6),
    City("Sao Paulo", "BR", -23.55, -46.63, 0.0, 0.4, -4),
    City("Buenos Aires", "AR", -34.60, -58.38, 0.0, 0.3, -4),
    City("Cape Town", "ZA", -33.92, 18.42, 0.0, 0.4, 1),
    City("Lagos", "NG", 6.52, 3.38, 0.0, 0.2),
    City("Nairobi", "KE", -1.29, 36.82, 0.0, 0.2, 2),
    City("Mumbai", "IN", 19.08, 72.88, 0.0, 0.4, 4),
    City("Bangkok", "TH", 13.76, 100.50, 0.0, 1.2, 6),
    City("Hanoi", "VN", 21.03, 105.85, 0.0, 0.4, 6),
    City("Singapore", "SG", 1.35, 103.82, 0.0, 0.4, 7),
    City("Denpasar", "ID", -8.65, 115.22, 0.0, 0.7, 7),
    City("Tokyo", "JP", 35.68, 139.69, 0.0, 0.7, 8),
    City("Seoul", "KR", 37.57, 126.98, 0.0, 0.3, 8),
    City("Shanghai", "CN", 31.23, 121.47, 0.0, 0.3, 7),
    City("Sydney", "AU", -33.87, 151.21, 0.0, 0.3, 9),
)

# Cards are billed in the currency of the holder's home: units of it for one euro, and the
# smallest note of a cash machine.
_EURO: Final = ("EUR", 1.0, 10)
_BILLED_IN: Final = {
    "PL": ("PLN", 4.3, 50),
    "CZ": ("CZK", 25.0, 200),
    "SE": ("SEK", 11.2, 100),
    "DK": ("DKK", 7.5, 100),
    "CH": ("CHF", 0.95, 10),
}

COUNTRIES: Final = tuple(sorted({city.country for city in CITIES}))
COUNTRY_OF: Final[Ints] = np.array([COUNTRIES.index(city.country) for city in CITIES])
LATITUDES: Final[Floats] = np.array([city.latitude for city in CITIES])
LONGITUDES: Final[Floats] = np.array([city.longitude for city in CITIES])
HOURS_AHEAD: Final[Ints] = np.array([city.hours_ahead for city in CITIES])
RESIDENTS: Final[Floats] = np.array([city.residents for city in CITIES])
GUESTS: Final[Floats] = np.array([city.guests for city in CITIES])
CURRENCY_OF: Final = tuple(_BILLED_IN.get(city.country, _EURO)[0] for city in CITIES)
UNITS_PER_EURO: Final[Floats] = np.array(
    [_BILLED_IN.get(city.country, _EURO)[1] for city in CITIES]
)
SMALLEST_NOTE: Final[Ints] = np.array([_BILLED_IN.get(city.country, _EURO)[2] for city in CITIES])


def _distances_km() -> Floats:
    latitude, longitude = np.radians(LATITUDES), np.radians(LONGITUDES)
    rise = latitude[:, None] - latitude[None, :]
    turn = longitude[:, None] - longitude[None, :]
    chord = np.sin(rise / 2) ** 2 + (
        np.cos(latitude)[:, None] * np.cos(latitude)[None, :] * np.sin(turn / 2) ** 2
    )
    distance: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(chord))
    return distance


# City by city, along the great circle (haversine formula; Sinnott, Sky and Telescope 68, 1984).
DISTANCES_KM: Final[Floats] = _distances_km()
