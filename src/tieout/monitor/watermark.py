"""Which rows are late: a watermark in event time, one for each partition."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tieout.monitor.tally import Ints

NEVER = np.iinfo(np.int64).min


@dataclass
class Watermark:
    """How far event time has come. It only rises, and is that of the slowest partition seen.

    A minute is closed once the watermark is more than `grace_minutes` beyond it: rows may come in
    any order within that. The answer for a row depends on the rows before it alone, never on how
    rows were batched.
    """

    grace_minutes: int
    latest: dict[str, int] = field(default_factory=dict)
    reached: int = int(NEVER)

    @property
    def closed(self) -> int:
        """The last minute that is closed."""
        return int(NEVER) if self.reached == NEVER else self.reached - self.grace_minutes - 1

    def follow(self, minutes: Ints, partitions: NDArray[np.str_] | None = None) -> Ints:
        """Take rows in their order; the last closed minute after each of them."""
        if not len(minutes):
            return np.zeros(0, dtype=np.int64)
        if partitions is None:
            partitions = np.zeros(len(minutes), dtype="U1")
        names, places = np.unique(partitions, return_inverse=True)
        marks = []
        for name in dict.fromkeys([*self.latest, *(str(name) for name in names)]):
            before = self.latest.get(name, int(NEVER))
            own = np.full(len(minutes), before, dtype=np.int64)
            found = np.flatnonzero(names == name)
            if len(found):
                mine = places == found[0]
                own[mine] = minutes[mine]
            own[0] = max(own[0], before)
            own = np.maximum.accumulate(own)
            self.latest[name] = int(own[-1])
            marks.append(own)
        # A partition that was not seen yet holds nothing back.
        stacked = np.array(marks)
        slowest = np.where(stacked == NEVER, np.iinfo(np.int64).max, stacked).min(axis=0)
        slowest[0] = max(slowest[0], self.reached)
        reached = np.maximum.accumulate(slowest)
        self.reached = int(reached[-1])
        return np.asarray(reached - self.grace_minutes - 1, dtype=np.int64)

    def advance(self, minute: int) -> None:
        """Move on without a row, as a clock on the wall does for a source that has gone quiet.

        Where others are as far already, who is behind holds nothing back until it is heard again.
        """
        if minute <= self.reached:
            return
        self.reached = minute
        heard = {name: latest for name, latest in self.latest.items() if latest >= minute}
        self.latest = heard or self.latest
