"""How many robust sigma a value is from its group's median."""

from collections.abc import Sequence
from typing import ClassVar

from tieout.detect.detector import Json, State
from tieout.detect.detectors.deviation import DeviationDetector, Judged
from tieout.detect.detectors.robust import RobustModel


class RobustZ(DeviationDetector):
    """Distance from the group's median in units of its MAD x 1.4826, both shrunk to the pool.

    The judged value is taken out first. See `RobustModel` for how small groups borrow.
    """

    name: ClassVar[str] = "robust_z"
    unit: ClassVar[str] = "robust sigma"

    def __init__(self, columns: Sequence[str] | None = None, *, group: str | None = None) -> None:
        super().__init__(columns, group=group)

    def _column(self, judged: Judged, groups: int) -> RobustModel:
        return RobustModel.learnt(judged.codes, judged.values, groups)

    def _restored_column(self, state: State) -> RobustModel:
        return RobustModel.restored(state)

    def _options(self) -> dict[str, Json]:
        return {"group": self.group}
