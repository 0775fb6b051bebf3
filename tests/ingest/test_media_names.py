"""What people call the kinds of document."""

from __future__ import annotations

import pytest

from ingest import media_types
from ingest.loaders.assembly import default_loaders, default_page_loaders
from ingest.media_names import MEDIA_TYPES_OF, media_name, media_types_named
from ingest.media_types import CSV, DOC, DOCX, ENCRYPTED_OFFICE, MARKDOWN, ODP, PDF, PPT, PPTX, ZIP
from ingest.settings import ReadingLimits

#: What these become is named by what is found inside.
CONTAINERS = {ZIP, ENCRYPTED_OFFICE}


def test_every_kind_that_is_read_has_a_name_and_every_name_a_kind_that_is_read() -> None:
    loaders = [*default_loaders(), *default_page_loaders(ReadingLimits())]
    read = {media_type for loader in loaders for media_type in loader.media_types} - CONTAINERS
    assert frozenset().union(*MEDIA_TYPES_OF.values()) == read
    assert all(media_types_named(media_name(media_type)) == {media_type} for media_type in read)


def test_names_lead_to_what_media_types_knows() -> None:
    known = {value for name, value in vars(media_types).items() if name.isupper()}
    assert frozenset().union(*MEDIA_TYPES_OF.values()) <= known


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pdf", {PDF}),
        (" .PDF ", {PDF}),
        ("word", {DOCX, DOC}),
        ("docx", {DOCX}),
        ("slides", {PPTX, PPT, ODP}),
        ("md", {MARKDOWN}),
        ("text/csv", {CSV}),
        ("Audio/MPEG", {"audio/mpeg"}),
    ],
)
def test_name(name: str, expected: set[str]) -> None:
    assert media_types_named(name) == expected


@pytest.mark.parametrize("name", ["", "papyrus", ".", "pdf docx"])
def test_a_name_that_means_nothing_is_told_with_those_there_are(name: str) -> None:
    with pytest.raises(ValueError, match=r"no type of document.*markdown.*pdf"):
        media_types_named(name)


def test_a_kind_without_a_name_is_called_by_its_media_type() -> None:
    assert media_name("video/mp4") == "video/mp4"
