"""What the docs read off the code is current, and the code says enough to be read."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from tieout.cli.main import app


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with all its words, the root among them."""

    def below(group: Any, words: str) -> Iterator[tuple[str, Any]]:
        yield words, group
        for name, command in getattr(group, "commands", {}).items():
            yield from below(command, f"{words} {name}")

    return below(typer.main.get_command(app), "tieout")


def test_every_page_of_the_reference_is_current(scripts: dict[str, ModuleType]) -> None:
    """The guides are held by `make docs-check`, a step of .ci/run: it runs all their commands."""
    pages: dict[Path, str] = scripts["generate"].reference_pages()
    stale = [path.name for path, text in pages.items() if path.read_text("utf-8") != text]
    assert stale == [], "run `make docs`"
    assert len(pages) == 5


def test_every_page_is_held_by_the_check(
    scripts: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    generate = scripts["generate"]
    monkeypatch.setattr(generate, "reference_pages", lambda: {Path("cli.md"): "of the code"})
    monkeypatch.setattr(generate, "refreshed", lambda page: "of its commands")
    pages: dict[Path, str] = generate.pages()
    guides = set((Path(__file__).parents[2] / "docs" / "guides").glob("*.md"))
    assert pages == {Path("cli.md"): "of the code"} | dict.fromkeys(guides, "of its commands")


def test_every_command_says_what_it_does() -> None:
    assert [words for words, command in commands() if not (command.help or "").strip()] == []


def test_every_argument_and_option_says_what_it_is() -> None:
    silent = [
        f"{words} {parameter.name}"
        for words, command in commands()
        for parameter in command.params
        if not (parameter.help or "").strip()
    ]
    assert silent == []


def test_the_reference_has_every_command_and_option(scripts: dict[str, ModuleType]) -> None:
    text = scripts["generate"].command_reference()
    for words, command in commands():
        assert f"## {words}\n" in text
        section = text.split(f"## {words}\n")[1].split("\n## ")[0]
        for parameter in command.params:
            for name in parameter.opts:
                assert f"`{name if name.startswith('-') else name.upper()}`" in section


def test_the_reference_neither_breaks_tables_nor_looks_like_html(
    scripts: dict[str, ModuleType],
) -> None:
    assert scripts["generate"]._cell("a | b\n<c>  d") == r"a \| b \<c> d"


def test_the_schema_is_what_the_command_prints(scripts: dict[str, ModuleType]) -> None:
    printed = CliRunner().invoke(app, ["schema"])
    assert json.loads(printed.stdout) == json.loads(scripts["generate"].spec_schema())


def test_every_endpoint_says_what_it_does_and_how_it_refuses() -> None:
    document = json.loads((Path(__file__).parents[2] / "docs/reference/openapi.json").read_text())
    operations = {
        f"{method} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert {"post /realtime_anomaly/", "get /api/v1/audit"} <= set(operations)
    silent = [k for k, each in operations.items() if not (each["summary"] and each["description"])]
    assert silent == []
    refusals = {
        f"{name} {status}": set(answer["content"])
        for name, operation in operations.items()
        for status, answer in operation["responses"].items()
        if status.startswith("4")
    }
    assert {k for k, kinds in refusals.items() if kinds != {"application/problem+json"}} == set()
    closed = {name for name in operations if name not in {"get /health", "get /ready"}}
    assert [name for name in closed if not {f"{name} 401", f"{name} 403"} <= set(refusals)] == []


def test_check_finds_a_stale_page_and_writes_nothing(
    scripts: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "cli.md"
    page.write_text("old\n")
    monkeypatch.setattr(scripts["generate"], "DOCS", tmp_path)
    monkeypatch.setattr(scripts["generate"], "pages", lambda: {page: "new\n"})
    assert scripts["generate"].main(["--check"]) == 1
    assert page.read_text() == "old\n"
    assert scripts["generate"].main([]) == 0
    assert page.read_text() == "new\n"
    assert scripts["generate"].main(["--check"]) == 0


def test_a_transcript_holds_what_commands_print(scripts: dict[str, ModuleType]) -> None:
    page = (
        '```csv title="a.csv"\nx\n1\n```\n\n```console\n$ cat a.csv\nstale\n$ exit 3\n```\n\n'
        "```sh\n$ left alone\n```\n"
    )
    assert scripts["transcripts"].refreshed(page) == page.replace(
        "stale\n$ exit 3\n", "x\n1\n$ exit 3\n(exit code 3)\n"
    )


def test_a_command_that_breaks_does_not_reach_a_page(scripts: dict[str, ModuleType]) -> None:
    with pytest.raises(RuntimeError, match="does not work"):
        scripts["transcripts"].refreshed("```console\n$ python -c 'not_there()'\n```\n")
