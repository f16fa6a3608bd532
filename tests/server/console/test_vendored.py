"""What came from elsewhere is what its list says, and pages run nothing that stands in them."""

import hashlib
import json
import re
from pathlib import Path

import pytest

SERVER = Path(__file__).parents[3] / "src" / "tieout" / "server"
VENDOR = SERVER / "console" / "static" / "console" / "vendor"
TEMPLATES = sorted(SERVER.glob("*/templates/**/*.html"))
HANDLER = re.compile(r"\son[a-z]+\s*=", re.IGNORECASE)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE)
FROM_ELSEWHERE = re.compile(r"""(?:src|href|action)=["'](?:https?:)?//""", re.IGNORECASE)


def listed() -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((VENDOR / "vendored.json").read_text("utf-8"))["files"]
    return found


@pytest.mark.parametrize("entry", listed(), ids=lambda entry: entry["file"])
def test_a_vendored_file_has_its_hash_its_version_and_its_licence(entry: dict[str, str]) -> None:
    content = (VENDOR / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", entry["version"])
    assert (VENDOR / entry["licence_file"]).stat().st_size > 500


def test_nothing_is_vendored_that_is_not_listed() -> None:
    known = {entry["file"] for entry in listed()}
    others = {path.name for path in VENDOR.iterdir()} - known - {"vendored.json"}
    assert {name for name in others if not name.startswith(("LICENSE.", "NOTICE."))} == set()


def test_vendored_files_ask_for_no_source_maps() -> None:
    texts = {each["file"]: (VENDOR / each["file"]).read_text("utf-8") for each in listed()}
    assert {name for name, text in texts.items() if "sourceMappingURL" in text} == set()


def test_every_icon_that_a_page_names_is_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="([a-z0-9-]+)"', (VENDOR / "icons.svg").read_text("utf-8")))
    asked = {
        name
        for path in TEMPLATES
        for name in re.findall(r'{% icon "([^"]+)"', path.read_text("utf-8"))
        + re.findall(r'empty.html" with name="([^"]+)"', path.read_text("utf-8"))
    }
    assert asked
    assert asked - known == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_page_runs_no_script_of_its_own_and_loads_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    assert HANDLER.findall(text) == []
    assert INLINE_SCRIPT.findall(text) == []
    assert FROM_ELSEWHERE.findall(text) == []


@pytest.mark.parametrize("bad", ['<a onclick="x()">', "<script>alert(1)</script>"])
def test_what_is_looked_for_is_found(bad: str) -> None:
    assert HANDLER.search(bad) or INLINE_SCRIPT.search(bad)
