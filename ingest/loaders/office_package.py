"""Office files that are zip packages: opened with care, read member by member."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from ingest.errors import DamagedFile, EmptyFile, UnreadableFile
from ingest.loaders.content import FileContent
from ingest.loaders.sections import first_heading
from ingest.loaders.titles import choose_title, tidy_author
from ingest.types import Document, Page

_LARGEST_UNPACKED_BYTES = 400_000_000
_LARGEST_SHEETS_BYTES = 2_000_000_000
#: Never looked into, so their size does not count.
_NOTHING_BUT_BYTES = re.compile(
    r"(?:word|xl|ppt)/(?:media|embeddings|fonts|theme|activeX)/|(?:Pictures|Thumbnails|Object \d+)/"
)
_READ_AS_STREAM = re.compile(r"xl/worksheets/sheet[^/]*\.(?:xml|bin)\Z")
_DATE = re.compile(r"\s*(\d{4}-\d\d-\d\d)")
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_][A-Za-z0-9-]+)?\Z")


@dataclass(frozen=True, slots=True)
class Properties:
    """What a file says of itself, as it says it."""

    title: str | None = None
    author: str | None = None
    written: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Relationship:
    """A link from one member of a package to another. `kind` is the last word of its type ("comments")."""

    kind: str
    target: str
    is_external: bool = False


class OfficePackage:
    """The members of an office file, read one at a time."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = tuple(archive.namelist())
        self._present = frozenset(self.names)

    def __contains__(self, name: str) -> bool:
        return name in self._present

    def read(self, name: str) -> bytes:
        """A member's bytes; none where it is missing."""
        return self._archive.read(name) if name in self._present else b""

    def tree(self, name: str) -> ET.Element | None:
        """A member's XML; None where it is missing."""
        return parse_xml(self.read(name)) if name in self._present else None

    def relationships(self, name: str) -> dict[str, Relationship]:
        """What a member refers to, by the id it uses."""
        folder, base = posixpath.split(name)
        tree = self.tree(posixpath.join(folder, "_rels", f"{base}.rels"))
        return {
            each.get("Id", ""): Relationship(
                each.get("Type", "").rsplit("/", 1)[-1],
                posixpath.normpath(posixpath.join("/", folder, each.get("Target", ""))).lstrip("/"),
                each.get("TargetMode") == "External",
            )
            for each in (tree if tree is not None else ())
        }

    def related(self, name: str, kind: str) -> list[str]:
        """The members of one kind that a member refers to and that are there."""
        return [
            each.target
            for each in self.relationships(name).values()
            if each.kind == kind and not each.is_external and each.target in self
        ]

    def properties(self) -> Properties:
        """Those of `docProps/core.xml`."""
        try:
            tree = self.tree("docProps/core.xml")
        except (ET.ParseError, ValueError):
            tree = None  # what a file says of itself is not worth losing its text for
        found = {local_name(each): each.text for each in tree.iter()} if tree is not None else {}
        return Properties(
            found.get("title"),
            found.get("creator"),
            iso_date(found.get("modified")) or iso_date(found.get("created")),
            language_code(found.get("language")),
        )

    def copy(
        self, change: Callable[[str, bytes], bytes], leaves_out: re.Pattern[str] = _NOTHING_BUT_BYTES
    ) -> io.BytesIO:
        """The package with each member as `change(name, data)` gives it; what only shows is left empty."""
        copy = io.BytesIO()
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as written:
            for name in dict.fromkeys(self.names):
                if not name.endswith("/"):
                    data = b"" if leaves_out.match(name) else change(name, self._archive.read(name))
                    written.writestr(name, data)
        copy.seek(0)
        return copy


@contextmanager
def open_package(content: FileContent, program: str) -> Iterator[OfficePackage]:
    """The package, while it is read. Whatever breaks inside becomes a kind of `UnreadableFile`.

    `program` is what people open such files with ("Word").
    """
    with damage_told(content, program), zipfile.ZipFile(io.BytesIO(content.data)) as archive:
        members = [each for each in archive.infolist() if not _NOTHING_BUT_BYTES.match(each.filename)]
        sheets = sum(each.file_size for each in members if _READ_AS_STREAM.match(each.filename))
        others = sum(each.file_size for each in members) - sheets
        for size, limit in ((others, _LARGEST_UNPACKED_BYTES), (sheets, _LARGEST_SHEETS_BYTES)):
            if size > limit:
                raise DamagedFile(
                    f"{content.name} unpacks to more than {limit // 1_000_000} MB of text, which no honest "
                    f"{program} file does. Leave it out, or split it in {program}."
                )
        yield OfficePackage(archive)


@contextmanager
def damage_told(content: FileContent, program: str) -> Iterator[None]:
    """Whatever a parser raises inside becomes `DamagedFile`, in words."""
    try:
        yield
    except UnreadableFile:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
        raise DamagedFile(
            f"{content.name} is a file of {program} that is cut short or damaged ({error}). Open it in "
            f"{program} and save it again, or copy it anew."
        ) from error
    except BaseException as error:  # a file from anywhere may break its parser in any way
        # Parsers written in Rust panic, which Python hears as no `Exception`; only the name tells it.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise DamagedFile(
            f"{content.name} could not be read as a file of {program}: {type(error).__name__}: {error}. "
            f"Open it in {program} and save it again."
        ) from error


def document_of(
    content: FileContent,
    media_type: str,
    pages: tuple[Page, ...],
    properties: Properties,
    when_empty: str,
    notes: tuple[str, ...] = (),
) -> Document:
    """The pages as a document. Raises `EmptyFile` where none holds text; `when_empty` adds what to do."""
    if not any(page.text.strip() for page in pages):
        raise EmptyFile(f"{content.name} shows no text. {when_empty}")
    return Document(
        sha256=content.sha256,
        media_type=media_type,
        title=choose_title(content.path, properties.title, first_heading(pages)),
        pages=pages,
        author=tidy_author(properties.author),
        notes=notes,
        language=properties.language,
        written=properties.written,
    )


def parse_xml(data: bytes) -> ET.Element:
    """XML without entities of its own: office files declare none, and those that do mean harm."""
    if (
        b"<!ENTITY" in data
        or "<!ENTITY".encode("utf-16-le") in data
        or "<!ENTITY".encode("utf-16-be") in data
    ):
        raise ValueError("its XML declares entities, which no office program writes")
    return ET.fromstring(data)  # noqa: S314 - no entities, see above


def local_name(element: ET.Element) -> str:
    """An element's name without its namespace: files use two sets of them. Comments have none."""
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def attribute(element: ET.Element, name: str) -> str | None:
    """An attribute by its name without namespace."""
    return next((value for key, value in element.attrib.items() if key.rsplit("}", 1)[-1] == name), None)


def parents_of(root: ET.Element) -> dict[ET.Element, ET.Element]:
    """Each element's parent: the tree itself knows only children."""
    return {child: parent for parent in root.iter() for child in parent}


def iso_date(text: str | None) -> str | None:
    """The day of a time stamp."""
    match = _DATE.match(text or "")
    return match[1] if match else None


def language_code(text: str | None) -> str | None:
    """ISO 639-1 of a language tag: "en" of "en-US"."""
    match = _LANGUAGE.match((text or "").strip())
    return match[1].lower() if match else None
