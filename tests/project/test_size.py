"""A file has one subject and a function fits on a screen; see CONTRIBUTING.md."""

import ast
from pathlib import Path

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70


def long_functions(source: str) -> list[str]:
    """Names of the functions of a module that have more lines than are allowed."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES_MAX
    ]


def test_files_have_at_most_500_lines(python_files: list[Path]) -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files}
    assert lengths
    assert {path: lines for path, lines in lengths.items() if lines > FILE_LINES_MAX} == {}


def test_functions_have_at_most_70_lines(python_files: list[Path]) -> None:
    found = {path: long_functions(path.read_text(encoding="utf-8")) for path in python_files}
    assert {path: names for path, names in found.items() if names} == {}


def test_a_function_of_71_lines_is_found() -> None:
    allowed = "def screen():\n" + "    pass\n" * (FUNCTION_LINES_MAX - 1)
    too_long = "class Room:\n    async def scroll(self):\n" + "        pass\n" * FUNCTION_LINES_MAX
    assert long_functions(allowed) == []
    assert long_functions(too_long) == ["scroll"]
