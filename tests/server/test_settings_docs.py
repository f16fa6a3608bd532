"""Everything that can be set is in the guide, with its default and what it is for."""

from pathlib import Path

from pydantic import SecretStr

from tieout.server.config import ServerConfig

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "serving.md"


def shown(default: object) -> str:
    value = default.get_secret_value() if isinstance(default, SecretStr) else default
    if value is None or value == "":
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def test_the_table_of_the_guide_is_what_can_be_set() -> None:
    section = GUIDE.read_text(encoding="utf-8").split("\n## What can be set\n")[1]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    expected = [
        f"| `{field.validation_alias or f'TIEOUT_{name.upper()}'}` | {shown(field.default)} "
        f"| {field.description} |"
        for name, field in ServerConfig.model_fields.items()
    ]
    assert rows[1:] == expected
    assert rows[0].startswith("| `TIEOUT_WORKSPACE` |")
