"""PowerPoint files (PPTX): a slide is a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ingest.loaders.characters import clean
from ingest.loaders.content import FileContent
from ingest.loaders.office_package import (
    OfficePackage,
    attribute,
    document_of,
    local_name,
    open_package,
)
from ingest.loaders.protocol import DEFAULT_OPTIONS, LoadOptions
from ingest.loaders.slide_repair import repaired
from ingest.loaders.slide_shapes import in_reading_order, is_running_text, shape_blocks, text_of
from ingest.media import PPTX
from ingest.types import Document, Page

if TYPE_CHECKING:
    from pptx.slide import Slide

_RUNNING_TEXT = "on every slide"
_DEFAULT_TITLE = re.compile(r"\A(?:PowerPoint Presentation|Slide \d+|Presentation ?\d*)\Z", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")


class SlidesLoader:
    """Reads PPTX: each slide's title, then its shapes from top to bottom, tables, charts, notes, comments.

    What stands on every slide (footers, the master's own text) is read once, on a page after the slides.
    Slide numbers and dates that the program fills in are left out.
    """

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({PPTX})

    def load(
        self,
        content: FileContent,
        options: LoadOptions = DEFAULT_OPTIONS,  # noqa: ARG002 - one under a password is of another kind until opened
    ) -> Document:
        with open_package(content, "PowerPoint") as package:
            from pptx import Presentation

            comments = _Comments(package)
            presentation = Presentation(repaired(package))
            slides: list[Slide] = list(presentation.slides)
            pages = [_page(number, slide, comments) for number, slide in enumerate(slides, start=1)]
            running = clean("\n".join(_running_lines(slides))).strip()
            hidden = [
                n for n, slide in enumerate(slides, start=1) if attribute_of(slide, "show") in ("0", "false")
            ]
            properties = package.properties()
            if _DEFAULT_TITLE.match(properties.title or ""):
                properties = replace(properties, title=None)
        blank = sum(not page.text for page in pages)
        notes = []
        if hidden:
            notes.append(f"Hidden slides are read too: {', '.join(map(str, hidden))}.")
        if blank:
            notes.append(f"{blank} of {len(pages)} slides hold no text.")
        if running:
            pages.append(Page(len(pages) + 1, running, _RUNNING_TEXT))
        return document_of(
            content,
            PPTX,
            tuple(pages),
            properties,
            "Its slides may hold only pictures: save it as PDF to have those read.",
            tuple(notes),
        )


def attribute_of(slide: Slide, name: str) -> str | None:
    """An attribute of the slide's own element."""
    value = slide.element.get(name)
    return None if value is None else str(value)


def _page(number: int, slide: Slide, comments: _Comments) -> Page:
    title_shape = slide.shapes.title
    title = " ".join(clean(text_of(title_shape)).split()) if title_shape is not None else ""
    blocks = [title]
    for shape in in_reading_order(slide.shapes):
        if title_shape is not None and shape.shape_id == title_shape.shape_id:
            continue
        if not is_running_text(shape):
            blocks.extend(shape_blocks(shape))
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
        blocks.append(_under("Notes:", frame.text))
    blocks.append(_under("Comments:", "\n".join(comments.on(str(slide.part.partname).lstrip("/")))))
    text = "\n\n".join(each for block in blocks if (each := clean(block).strip()))
    return Page(number, text, f"slide {number}", (title,) if title else ())


def _under(label: str, text: str) -> str:
    return f"{label}\n{text.strip()}" if text.strip() else ""


def _running_lines(slides: list[Slide]) -> list[str]:
    """The footers and what is written on the masters and layouts in use, each line once."""
    lines: dict[str, None] = {}
    for slide in slides:
        footers = [shape for shape in slide.shapes if is_running_text(shape)]
        layout = slide.slide_layout
        own = [
            each for part in (layout, layout.slide_master) for each in part.shapes if not each.is_placeholder
        ]
        for shape in [*footers, *own]:
            for block in shape_blocks(shape):
                lines.update(dict.fromkeys(line for line in block.splitlines() if _LETTER.search(line)))
    return list(lines)


class _Comments:
    """The remarks on each slide, in either of the two ways that PowerPoint has kept them."""

    def __init__(self, package: OfficePackage) -> None:
        self._package = package
        self._authors: dict[str, str] = {}
        for name in ("ppt/commentAuthors.xml", "ppt/authors.xml"):
            for each in package.tree(name) or ():
                self._authors[attribute(each, "id") or ""] = attribute(each, "name") or ""

    def on(self, slide: str) -> Iterator[str]:
        """`Ada: Is that so?`, one a remark."""
        for name in self._package.related(slide, "comments"):
            for each in self._package.tree(name) or ():
                yield from self._remarks(each)

    def _remarks(self, element: Any) -> Iterator[str]:
        for each in element.iter():
            if local_name(each) in ("cm", "reply"):
                author = self._authors.get(attribute(each, "authorId") or "") or "Comment"
                words = " ".join(" ".join(_own_words(each)).split())
                if words:
                    yield f"{author}: {words}"


def _own_words(remark: Any) -> Iterator[str]:
    for child in remark:
        if local_name(child) in ("reply", "replyLst"):
            continue
        if local_name(child) in ("t", "text"):
            yield child.text or ""
        yield from _own_words(child)
