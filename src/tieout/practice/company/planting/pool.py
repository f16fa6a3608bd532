"""The events that may still go wrong, and those that did."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date

from tieout.practice.company.draw import Draw
from tieout.practice.company.rows import Event, Kind


@dataclass
class Pool:
    """Clean events, shuffled once; each goes wrong at most once.

    late_day: the day of the missing import, which nothing else may touch.
    """

    draw: Draw
    clean: list[Event]
    late_day: date
    broken: list[Event] = field(default_factory=list)

    def take(
        self,
        count: int,
        *kinds: Kind,
        where: Callable[[Event], bool] = lambda _: True,
    ) -> list[Event]:
        """Take so many clean events out of the pool."""
        fitting = (
            place
            for place, event in enumerate(self.clean)
            if event.kind in kinds and event.day != self.late_day and where(event)
        )
        places = [place for place, _ in zip(fitting, range(count), strict=False)]
        if len(places) < count:
            raise RuntimeError(f"fewer than {count} events of {', '.join(kinds)} fit")
        taken = [self.clean[place] for place in places]
        self._drop(set(places))
        return taken

    def put(self, *events: Event) -> None:
        """Events as they have become."""
        self.broken.extend(events)

    def _drop(self, places: Collection[int]) -> None:
        self.clean = [event for place, event in enumerate(self.clean) if place not in places]
