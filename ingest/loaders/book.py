"""E-books (EPUB): chapters in reading order."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace

from ingest.errors import DamagedFile, EmptyFile, EncryptedFile
from ingest.loaders.book_package import Package, read_package
from ingest.loaders.content import FileContent
from ingest.loaders.encoding import decode_text
from ingest.loaders.metadata import tidy_day, tidy_language
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.sections import shorten_heading
from ingest.loaders.titles import choose_title, tidy_author
from ingest.loaders.web import read_page
from ingest.media import EPUB
from ingest.types import Document, Page

_LARGEST_CHAPTER_BYTES = 50_000_000
_LARGEST_BOOK_BYTES = 300_000_000


class BookLoader:
    """Reads EPUB 2 and 3. A page is a chapter, or a section under a heading within one.

    Chapters are named by the book's own table of contents, else by their first heading. Pictures are
    left out.
    """

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({EPUB})

    def load(
        self,
        content: FileContent,
        options: LoadOptions = DEFAULT_OPTIONS,  # noqa: ARG002 - no password opens a protected book; the seam has it for kinds that one opens
    ) -> Document:
        try:
            with zipfile.ZipFile(io.BytesIO(content.data)) as archive:
                package = read_package(BookArchive(content, archive))
                pages, lost = _pages(BookArchive(content, archive), package)
        except (DamagedFile, EncryptedFile):
            raise
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError, NotImplementedError) as error:
            raise DamagedFile(
                f"{content.name} is an e-book that is cut short or damaged ({error}). Copy it anew from "
                "where it came from."
            ) from error
        except Exception as error:  # markup from anywhere may break the parsers in any way
            raise DamagedFile(
                f"{content.name} could not be read as an e-book: {type(error).__name__}: {error}. Open it in "
                "a reading program; if it opens well there, report this as a fault."
            ) from error
        if not pages:
            raise EmptyFile(f"{content.name} shows no text. It may hold only pictures: those are not read.")
        return Document(
            sha256=content.sha256,
            media_type=EPUB,
            title=choose_title(content.path, package.title),
            pages=pages,
            author=tidy_author(package.author),
            notes=(f"Chapters that could not be read: {', '.join(lost)}.",) if lost else (),
            language=tidy_language(package.language),
            written=tidy_day(package.date),
        )


class BookArchive:
    """The members of an e-book, each unpacked to a bounded size, and all together too."""

    def __init__(self, content: FileContent, archive: zipfile.ZipFile) -> None:
        self.name = content.name
        self._archive = archive
        self._left = _LARGEST_BOOK_BYTES
        self.names = tuple(archive.namelist())

    def read(self, name: str) -> bytes:
        """Raises `KeyError` where there is none of that name and `DamagedFile` beyond the bounds."""
        limit = min(_LARGEST_CHAPTER_BYTES, self._left)
        try:
            with self._archive.open(name) as member:
                data = member.read(limit + 1)
        except RuntimeError as error:  # how zipfile says that a member has a password
            raise EncryptedFile(
                f"{self.name} is an e-book under a password, which is not opened here. Save a copy without "
                "it and give that."
            ) from error
        if len(data) > limit:
            raise DamagedFile(
                f"{self.name} unpacks to more than {_LARGEST_CHAPTER_BYTES // 1_000_000} MB in one chapter "
                f"or {_LARGEST_BOOK_BYTES // 1_000_000} MB in all, which no honest e-book does. Leave it out."
            )
        self._left -= len(data)
        return data

    def text(self, name: str) -> str:
        """The member as text; empty where its bytes are none."""
        return decode_text(self.read(name)) or ""


def _pages(archive: BookArchive, package: Package) -> tuple[tuple[Page, ...], list[str]]:
    if package.sealed & set(package.chapters):
        raise EncryptedFile(
            f"{archive.name} is protected by its seller (DRM): its text opens only in that seller's programs."
        )
    pages: list[Page] = []
    lost: list[str] = []
    for chapter in package.chapters:
        try:
            markup = archive.text(chapter)
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError):
            lost.append(chapter.rsplit("/", 1)[-1])
            continue
        before = pages[-1] if pages else None
        for page in _chapter_pages(markup, package.titles.get(chapter, ()), before):
            pages.append(replace(page, number=len(pages) + 1))
    return tuple(pages), lost


def _chapter_pages(markup: str, titles: tuple[str, ...], before: Page | None) -> Iterator[Page]:
    """The sections of one of the book's files, called by the chapters that begin in it.

    A file to which one entry of the contents leads is that chapter. Where several do, their words are
    looked for among its headings. Text above all headings goes on with the chapter `before`.
    """
    whole = titles[0] if len(titles) == 1 else None
    known = {_bare(title) for title in titles}
    sections, _ = read_page(markup)
    for page in sections:
        headings = page.headings
        if not headings and whole is None:
            yield replace(page, label=before.label, headings=before.headings) if before else page
            continue
        if whole is not None and _bare(whole) not in map(_bare, headings):
            headings = (whole, *headings)
        chapter = next((each for each in reversed(headings) if _bare(each) in known), None)
        label = f"section {shorten_heading(headings[-1])}"
        if chapter is not None:
            named = f"chapter {shorten_heading(chapter)}"
            label = named if chapter == headings[-1] else f"{named}, {label}"
        yield Page(page.number, page.text, label, headings)


def _bare(title: str) -> str:
    return "".join(character for character in title.casefold() if character.isalnum())
