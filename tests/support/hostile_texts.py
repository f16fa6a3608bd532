"""Texts that try to make a person, a page or a language model do something."""

from pathlib import Path
from typing import Final

HOSTILE: Final = Path(__file__).with_name("hostile.txt").read_text("utf-8").splitlines()
