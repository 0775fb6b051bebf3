"""A data home for the page's benchmarks: 50 documents of 20 pages each, all of made-up text."""

from __future__ import annotations

import os
import random
from pathlib import Path

from apps.settings import settings_from
from rag import open_collection
from torture.material import write_pdf

LARGE, SMALL = "large", "small"
PAGES_PER_DOCUMENT = 20

_NOUNS = (
    "valve pump filter engine hangar glider winch cable runway tower radio battery meter gauge panel bolt "
    "hose tank wheel brake rudder wing canopy harness log permit fee member pilot guest"
).split()
_VERBS = "checks replaces cleans measures opens closes records inspects mounts adjusts".split()


def settle_environment(home: Path) -> None:
    """From here on this process and its children work in that data home, without any model."""
    os.environ |= {
        "REFDESK_HOME": str(home),
        "REFDESK_EMBEDDER_ENGINE": "hashing",
        "REFDESK_ENGINE": "extractive",
        "REFDESK_COLLECTION": LARGE,
    }


def fill(home: Path, documents: int) -> None:
    """The collection `large` of so many PDFs, and `small` of two; `settle_environment` comes first."""
    folder = home / "files"
    for name, count in ((LARGE, documents), (SMALL, 2)):
        place = folder / name
        place.mkdir(parents=True)
        for number in range(count):
            chance = random.Random(f"{name} {number}")
            pages = [_page(number, page, chance) for page in range(1, PAGES_PER_DOCUMENT + 1)]
            (place / f"manual-{number:02d}.pdf").write_bytes(write_pdf(pages))
        with open_collection(name, settings_from()) as collection:
            failed = collection.ingest([place]).count("failed")
        if failed:
            raise RuntimeError(f"{failed} of the made-up documents could not be read.")


def question(number: int, documents: int) -> str:
    """A question that one page answers, another one for each number."""
    document, page = number % documents, 1 + number // documents % PAGES_PER_DOCUMENT
    return f"What is the limit of part {_part(document, page)}?"


def _page(document: int, page: int, chance: random.Random) -> str:
    """About 250 words, in one sentence of which stands what a question asks for."""
    sentences = [
        f"The {chance.choice(_NOUNS)} of the {chance.choice(_NOUNS)} {chance.choice(_VERBS)} "
        f"{chance.randint(2, 900)} times the {chance.choice(_NOUNS)} beside the {chance.choice(_NOUNS)}."
        for _ in range(18)
    ]
    limit = f"The limit of part {_part(document, page)} is {chance.randint(10, 990)} bar."
    sentences.insert(chance.randrange(len(sentences)), limit)
    return " ".join(sentences)


def _part(document: int, page: int) -> str:
    return f"K{document:02d}P{page:02d}"
