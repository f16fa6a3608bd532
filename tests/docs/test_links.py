"""Every relative link in a Markdown file leads somewhere."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make."""
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(page: Path) -> list[str]:
    """Relative links of a page whose file or heading does not exist."""
    dead = []
    for link in _LINK.findall(_FENCED.sub("", page.read_text(encoding="utf-8"))):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        known = not anchor or (target.suffix == ".md" and target.is_file())
        if not target.exists() or not known or (anchor and anchor not in anchors(target)):
            dead.append(link)
    return dead


def test_every_relative_link_leads_somewhere(repository_pages: list[Path]) -> None:
    found = {page: dead_links(page) for page in repository_pages}
    assert len(found) > 10
    assert {page: links for page, links in found.items() if links} == {}


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Here and now\n[file](gone.md) [heading](#there) [good](#here-and-now) [self](page.md)\n"
        "[far](https://example.org/gone.md)\n```\n[code](is-no-link.md)\n```\n"
    )
    assert dead_links(page) == ["gone.md", "#there"]


def test_the_site_lists_every_page() -> None:
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    listed = re.findall(r"[\w/.-]+\.md", str(settings["nav"]))
    pages = [str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")]
    assert sorted(listed) == sorted(pages)


def test_the_front_page_of_the_docs_leads_to_every_page() -> None:
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")}
    assert pages - set(_LINK.findall(text)) == {"index.md"}


def test_a_decision_has_its_three_parts() -> None:
    for page in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        headings = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences"], page.name
