"""All tests of a journal, and what each of them found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from tieout.close.journal import accounts, amounts, integrity, people, timing, wording
from tieout.close.journal.book import Book
from tieout.close.journal.definition import HIT_SCHEMA, JournalTest, Parameters
from tieout.model.errors import InputError

TESTS: Final[tuple[JournalTest, ...]] = (
    *integrity.TESTS,
    *accounts.TESTS,
    *people.TESTS,
    *timing.TESTS,
    *amounts.TESTS,
    *wording.TESTS,
)


@dataclass(frozen=True)
class Outcome:
    """One test's result. hits: place, score, text. missing: what the journal would have to know."""

    test: JournalTest
    hits: pl.DataFrame
    looked_at: int
    missing: tuple[str, ...] = ()

    @property
    def applies(self) -> bool:
        """Whether the journal knows what the test needs."""
        return not self.missing

    @property
    def share(self) -> float:
        """Share of the entries (or accounts) that it hits."""
        return self.hits.height / self.looked_at if self.looked_at else 0.0


def run_tests(book: Book, tests: Sequence[JournalTest] = TESTS) -> tuple[Outcome, ...]:
    """Run tests over a journal; those that it does not know enough for say what is missing."""
    known = set(book.known)
    if book.accounts.drop_nulls(["opening", "closing"]).height:
        known.add("balances")
    results = []
    for test in tests:
        missing = tuple(sorted(test.needs - known))
        found = (
            pl.DataFrame(schema=HIT_SCHEMA)
            if missing
            else test.find(book, test.parameters).sort("place")
        )
        looked_at = book.entries.height if test.subject == "entry" else book.accounts.height
        results.append(Outcome(test, found, looked_at, missing))
    return tuple(results)


def with_parameters(
    parameters: Mapping[str, Parameters], tests: Sequence[JournalTest]
) -> tuple[JournalTest, ...]:
    """Tests with parameters of a workspace, by id. Raises InputError for unknown ones."""
    by_id = {test.id: test for test in tests}
    for name, values in parameters.items():
        if name not in by_id:
            raise InputError(f"journal test {name!r} is not known; there are {sorted(by_id)}")
        unknown = sorted(values.keys() - by_id[name].parameters.keys())
        if unknown:
            raise InputError(
                f"journal test {name!r} has no parameter {unknown[0]!r}; it has "
                f"{sorted(by_id[name].parameters)}"
            )
    return tuple(
        replace(test, parameters={**test.parameters, **parameters.get(test.id, {})})
        for test in tests
    )


def summary(results: Sequence[Outcome]) -> pl.DataFrame:
    """A row for each test: id, title, subject, applies, hits, share, missing, source."""
    return pl.DataFrame(
        {
            "test": [each.test.id for each in results],
            "title": [each.test.title for each in results],
            "subject": [each.test.subject for each in results],
            "applies": [each.applies for each in results],
            "hits": [each.hits.height for each in results],
            "share": [each.share for each in results],
            "missing": [", ".join(each.missing) for each in results],
            "definition": [each.test.definition for each in results],
            "source": [each.test.source for each in results],
        },
        schema_overrides={"hits": pl.Int64},
    )
