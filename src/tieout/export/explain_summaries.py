"""Resolution summaries: what, how much, since when, why we think so, what fixed it before, next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tieout.explain.summaries import CaseFacts, IncidentFacts, Precedent
from tieout.export.aside import written_aside
from tieout.export.markup import Html, join, tag
from tieout.export.parts import Section, empty, section
from tieout.export.words import (
    amount_text,
    count_text,
    label,
    meaning,
    money_text,
    percent_text,
    plain,
)

_CHARACTERS_MAX: Final = 400
_SPECIAL: Final = str.maketrans({each: f"\\{each}" for each in "\\`*_{}[]<>#|~"})
_TRENDS: Final = {
    "new": "No earlier run had it.",
    "rising": "It has grown since the run before.",
    "falling": "It has shrunk since the run before.",
    "steady": "It was as large in the run before.",
}


_NOTES: Final = {
    "break": "Breaks that share a cause are one incident. Amounts are absolute differences; where "
    "both sides say the same amount, that amount.",
    "case": "Cases that share a cause are one incident. Amounts are absolute.",
}
_FIRST: Final = {"break": "Largest", "case": "Oddest"}
_BY_DAY: Final = {
    "new": "No earlier break had it.",
    "rising": "More a day than in the 20 days before.",
    "falling": "Fewer a day than in the 20 days before.",
    "steady": "As many a day as in the 20 days before.",
}


@dataclass(frozen=True, slots=True)
class Summary:
    """A title and answers, each with the question that it is one to."""

    identifier: str
    title: str
    answers: tuple[tuple[str, str], ...]


def incident_summary(facts: IncidentFacts, *, noun: str = "break") -> Summary:
    """An incident in a few lines. noun: what its members are called."""
    what = meaning(facts.bucket) or f"{label(facts.bucket)}."
    severity = f" Severity {facts.severity}." if facts.severity else ""
    answers = [
        ("What", f"{what}{severity}"),
        ("How much", f"{facts.amounts} in {count_text(facts.breaks, noun)}."),
        ("Since", _since(facts)),
        *(("Why", words) for words in _why(facts, noun)),
        *_before(facts.precedents),
        ("Next", facts.resolution),
    ]
    title = f"{facts.incident_id} \N{MIDDLE DOT} {facts.headline}"
    return Summary(facts.incident_id, title, _told(answers))


def case_summary(facts: CaseFacts) -> Summary:
    """A single break in a few lines."""
    sure = f", {int(100 * facts.confidence + 1e-9)} % sure" if facts.confidence else ""
    severity = f" Severity {facts.severity}." if facts.severity else ""
    worth = money_text(facts.difference, facts.currency)
    left, right = (
        amount_text(amount, facts.currency) for amount in (facts.amount_left, facts.amount_right)
    )
    since = "" if facts.since is None else str(facts.since)
    if since and facts.age_days is not None:
        since += f", open for {count_text(facts.age_days, 'day')}"
    answers = [
        ("What", f"{meaning(facts.bucket)} {label(facts.bucket)}{sure}.{severity}".strip()),
        ("How much", f"{worth}: left {left}, right {right}."),
        ("Since", f"{since}." if since else ""),
        ("Why", facts.evidence),
        *(("Why", words) for words in facts.reasons),
        *(("Near miss", words) for words in facts.candidates[:1]),
        *_before(facts.precedents),
        ("Next", facts.resolution),
    ]
    title = f"{facts.key or 'no key'} \N{MIDDLE DOT} {worth}"
    return Summary(facts.break_id, title, _told(answers))


def summaries_markdown(
    title: str,
    incidents: Sequence[Summary],
    cases: Sequence[Summary],
    *,
    more: int = 0,
    noun: str = "break",
) -> str:
    """All summaries as Markdown. more: breaks (or `noun`) that are told in their CSV only."""
    lines = [f"# {_safe(title)}", ""]
    if not incidents and not cases:
        lines += ["Nothing is open.", ""]
    for heading, found in (("Incidents", incidents), (f"{_FIRST[noun]} single {noun}s", cases)):
        if found:
            lines += [f"## {heading}", ""]
        for summary in found:
            lines += summary_lines(summary)
    if more > 0:
        lines += [f"{count_text(more, f'more {noun}')} in {noun}s.csv.", ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def summary_lines(summary: Summary) -> list[str]:
    """A summary as lines of Markdown, a blank one last."""
    answers = [f"- **{name}:** {_safe(words)}" for name, words in summary.answers]
    return [f"### {_safe(summary.title)}", "", *answers, ""]


def write_markdown(text: str, path: Path) -> None:
    """Write summaries, whole or not at all. Raises InputError when that is not possible."""
    with written_aside(path) as part:
        part.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def summaries_section(
    incidents: Sequence[Summary], *, more: int = 0, noun: str = "break"
) -> Section:
    """The incidents as a part of a report; every value of the data is escaped.

    more: incidents that are told in incidents.csv only.
    """
    body = join(*map(_article, incidents)) if incidents else empty(f"No {noun}s share a cause.")
    return section(
        ("incidents", "Incidents"),
        "Incidents",
        body,
        tag("p", f"{count_text(more, 'more incident')} in incidents.csv", class_="more")
        if more > 0
        else None,
        note=_NOTES[noun],
    )


def _article(summary: Summary) -> Html:
    answers: list[Html] = []
    for name, words in _grouped(summary.answers):
        answers.append(join(tag("dt", name), *(tag("dd", _printable(each)) for each in words)))
    # What it is comes before what it is called.
    headline = summary.title.removeprefix(f"{summary.identifier} \N{MIDDLE DOT} ")
    heading = join(_printable(headline), " ", tag("small", summary.identifier, class_="quiet"))
    return tag("article", tag("h3", heading), tag("dl", *answers), class_="incident")


def _grouped(answers: Sequence[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """Answers to one question together, in the order of their first."""
    together: dict[str, list[str]] = {}
    for name, words in answers:
        together.setdefault(name, []).append(words)
    yield from together.items()


def _since(facts: IncidentFacts) -> str:
    trend = (_BY_DAY if facts.by_day else _TRENDS).get(facts.trend, "")
    if facts.first_seen is None:
        return trend
    days = f"{facts.first_seen}"
    if facts.last_seen not in {None, facts.first_seen}:
        days += f", last on {facts.last_seen}"
    return f"{days}. {trend}".strip()


def _why(facts: IncidentFacts, noun: str) -> Iterator[str]:
    if facts.condition or facts.window:
        where = facts.condition.replace(" & ", " and ")
        spans = " to " in facts.window
        when = f"{'from' if spans else 'on'} {facts.window}" if facts.window else ""
        place = " ".join(part for part in (f"where {where}" if where else "", when) if part)
        part = percent_text(facts.same_bucket, facts.of_bucket)
        yield (
            f"{count_text(facts.same_bucket)} of {count_text(facts.of_bucket, noun)} of this "
            f"{'bucket' if noun == 'break' else 'kind'} ({part}) are {place}."
        )
    if facts.failure_rate is not None:
        rate = percent_text(round(facts.failure_rate * 1_000_000), 1_000_000)
        which = "records that this describes" if facts.condition or facts.window else "records"
        yield f"{rate} of all {which} are among these {noun}s."
    if facts.shared is not None:
        of = f"{count_text(facts.shared.count)} of {count_text(facts.shared.of, 'proof')}"
        yield f"{of} show {facts.shared.words}."
    for key, evidence in facts.examples:
        if evidence:
            yield f"For instance {key or 'without a key'}: {evidence}"


def _before(precedents: Sequence[Precedent]) -> Iterator[tuple[str, str]]:
    for each in precedents:
        last = f", last on {each.last_on}" if each.last_on else ""
        whose = "the same values" if each.same_condition else "this bucket"
        yield (
            "Fixed before",
            f"{each.resolution} ({count_text(each.times, 'time')} for {whose}{last})",
        )


def _told(answers: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, words) for name, words in answers if words)


def _printable(text: str) -> str:
    return " ".join(plain(text, _CHARACTERS_MAX).split())


def _safe(text: str) -> str:
    """Text from a file that neither breaks a line nor becomes markup."""
    return _printable(text).translate(_SPECIAL)
