"""What every part of a monitor's spec is."""

from pydantic import BaseModel, ConfigDict


class SpecPart(BaseModel):
    """A part of a spec; unknown words are errors, not silently dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid")
