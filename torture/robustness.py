"""Known hard files against what a person saw in each: `robustness.csv` says what must come of it."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.report import FileOutcome, IngestReport
from ingest.settings import ReadingLimits
from ingest.store.store import Store
from torture.contents import document_ids
from torture.ingestion import open_or_create, run_ingest
from torture.outcome import Torture
from torture.watching import watched_call

EXPECTATIONS = Path(__file__).with_name("robustness.csv")

_DEADLINE_SECONDS = 3600.0
_NO_LETTER = re.compile(r"[\s\u00ad\u200b-\u200f]+")
_QUOTES = str.maketrans("‘’“”‐‑–", "''\"\"---")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come of one file.

    `outcomes`: any of them. If it is ingested: `phrase` stands in its text, and with `searched` a search for
    its words confined to the document finds a chunk; `pages` and `recognised` where they are known. If not:
    the reason names one of `reasons`. With a password, the file must first be refused without it.
    """

    file: str
    outcomes: tuple[str, ...]
    pages: int | None
    phrase: str
    searched: bool
    recognised: bool | None
    password: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What the store has of a file."""

    pages: int
    recognised: int
    text: str
    found_by_search: bool


def read_expectations(path: Path = EXPECTATIONS) -> tuple[Expectation, ...]:
    """The written-down expectations."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Expectation(
                row["file"],
                tuple(row["outcome"].split("|")),
                int(row["pages"]) if row["pages"] else None,
                row["phrase"],
                row["search"] == "words",
                {"yes": True, "no": False}.get(row["recognised"]),
                row["password"],
                tuple(filter(None, row["reason"].split("|"))),
            )
            for row in csv.DictReader(file)
        )


def torture_robustness(place: Path, folder: Path) -> Torture:
    """Ingest all of the folder's files that expectations name, in one run; the protected ones once more."""
    folder = folder.resolve() / "files" if (folder / "files").is_dir() else folder.resolve()
    expectations = [each for each in read_expectations() if (folder / each.file).is_file()]
    absent = len(read_expectations()) - len(expectations)
    watched = watched_call(lambda: _run(place / "store", folder, expectations), _DEADLINE_SECONDS)
    trouble = watched.ended.in_words(_DEADLINE_SECONDS)
    if trouble:
        return Torture("robustness", len(expectations), (), (f"the run failed: {trouble}",))
    first, second, held = watched.ended.result
    found = [
        f"{path} is in the report {times} times"
        for path, times in Counter(file.path for file in first.files).items()
        if times > 1
    ]
    by_path = {file.path: file for file in first.files}
    with_password = {file.path: file for file in second.files}
    misses = 0
    for each in expectations:
        path = str(folder / each.file)
        wrong = list(misses_of(each, by_path.get(path), with_password.get(path), held.get(each.file)))
        misses += bool(wrong)
        found += [f"{each.file}: {line}" for line in wrong]
    outcomes = Counter(
        by_path[str(folder / each.file)].outcome
        for each in expectations
        if str(folder / each.file) in by_path
    )
    facts = (
        f"{len(expectations) - misses} of {len(expectations)} as expected"
        + (f"; {absent} named files are not in {folder}" if absent else ""),
        *(f"{outcome}: {times}" for outcome, times in outcomes.most_common()),
        f"{watched.seconds:.0f} s; main process {watched.own_bytes / 2**20:.0f} MiB, "
        f"largest reading process {watched.child_bytes / 2**20:.0f} MiB",
    )
    return Torture("robustness", len(expectations), facts, tuple(found))


def misses_of(
    expected: Expectation, first: FileOutcome | None, second: FileOutcome | None, held: Held | None
) -> Iterator[str]:
    """Where the outcomes, of the run without and the one with passwords, are not the expected ones."""
    if first is None:
        yield "not in the report"
        return
    if expected.password:
        if first.outcome != "failed" or not _named(expected.reasons, first.reason):
            yield f"without its password: {first.outcome} ({first.reason})"
        if second is None or second.outcome not in ("ingested", "replaced"):
            yield f"with its password: {second and second.outcome} ({second and second.reason})"
            return
    elif first.outcome not in expected.outcomes:
        yield f"{first.outcome} ({first.reason}), not {' or '.join(expected.outcomes)}"
        return
    elif first.outcome != "ingested":
        if not _named(expected.reasons, first.reason):
            yield f"{first.outcome} for another reason: {first.reason}"
        return
    if held is None:
        yield "said to be ingested, and not in the store"
        return
    yield from _misses_in_text(expected, held)


def _misses_in_text(expected: Expectation, held: Held) -> Iterator[str]:
    if expected.pages is not None and held.pages != expected.pages:
        yield f"{held.pages} pages, not {expected.pages}"
    if expected.recognised is not None and bool(held.recognised) != expected.recognised:
        yield f"{held.recognised} pages recognised, expected {'some' if expected.recognised else 'none'}"
    if plain(expected.phrase) not in plain(held.text):
        yield f"{expected.phrase!r} does not stand in its text ({held.text[:60]!r}...)"
    elif expected.searched and not held.found_by_search:
        yield f"a search for {expected.phrase!r} does not find it"


def plain(text: str) -> str:
    """The text as it is compared: no spaces, no difference of case, of ligatures or of kinds of quotes."""
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold())


def _run(
    folder: Path, files: Path, expectations: Sequence[Expectation]
) -> tuple[IngestReport, IngestReport, Mapping[str, Held]]:
    named = [files / each.file for each in expectations]
    protected = [files / each.file for each in expectations if each.password]
    passwords = tuple(dict.fromkeys(each.password for each in expectations if each.password))
    limits = ReadingLimits()
    with open_or_create(folder) as store:
        first = run_ingest(store, named, isolation=limits)
        second = run_ingest(store, protected, isolation=limits, passwords=passwords) if protected else first
        ids = document_ids(store)
        held = {
            each.file: _held(store, ids[str(files / each.file)], each)
            for each in expectations
            if str(files / each.file) in ids
        }
    return first, second, held


def _held(store: Store, document_id: int, expected: Expectation) -> Held:
    pages = list(store.pages(document_id))
    hits = store.search_lexical(expected.phrase, 1, frozenset({document_id})) if expected.searched else []
    return Held(
        len(pages), sum(page.recognised for page in pages), "\n".join(page.text for page in pages), bool(hits)
    )


def _named(reasons: Sequence[str], reason: str | None) -> bool:
    return not reasons or any(word.casefold() in (reason or "").casefold() for word in reasons)
