"""For each PDF page: its own text, or what recognition reads on a picture of it."""

from __future__ import annotations

from ingest.loaders.hyphens import WordBreaks
from ingest.loaders.letter_pairs import LEAST_PLAUSIBILITY, plausibility
from ingest.loaders.lines import RawLine, set_lines
from ingest.loaders.pdf_source import PdfSource, Unopened
from ingest.loaders.pdf_text_layer import (
    FEW_CHARACTERS,
    MOSTLY_PICTURE,
    is_unreadable,
    visible_characters,
)
from ingest.loaders.pdf_windows import SetPage
from ingest.loaders.protocol import Ocr, PageLost, PageRead
from ingest.loaders.recognition import Recogniser, RecogniserMissing
from ingest.loaders.recognition_pages import Unrecognised, is_blank, recognise_lines
from ingest.types import Page

_MORE_PLAUSIBLE = 0.5  # by so much recognition must read better than a text layer that makes no words
_CERTAINLY_NO_WORDS = 3.8  # plausibility: pages of nothing but abbreviations reach 4
_MOST_FRUITLESS = 3  # pages in a row whose text layer makes no words and that recognition reads no better


class PageChoice:
    """Chooses for the pages of one file. `notes` tells afterwards what concerns the file as a whole."""

    def __init__(self, source: PdfSource, ocr: Ocr, recogniser: Recogniser | None) -> None:
        self._source = source
        self._ocr = ocr
        self._recogniser = recogniser
        self._scans_with_stamps = 0
        self._not_recognised = 0
        self._garbled = 0
        self._fruitless = 0

    def choose(self, index: int, page: SetPage | Unopened) -> PageRead | PageLost:
        """What the page gives. A page with nothing drawn on it is read, and empty."""
        if isinstance(page, Unopened):
            return PageLost(index + 1, page.reason)
        own_text = "\n".join(line.text for line in page.lines)
        visible = visible_characters(own_text)
        unreadable = is_unreadable(own_text)
        is_scan = visible < FEW_CHARACTERS and page.raw.picture_share >= MOSTLY_PICTURE
        usable = visible > 0 and not unreadable
        own_plausibility = plausibility(own_text) if usable and self._ocr != "always" else None
        if own_plausibility is not None and own_plausibility < LEAST_PLAUSIBILITY:
            return PageRead(self._less_garbled(index, page, own_plausibility))
        if usable and (self._ocr == "never" or (self._ocr == "auto" and not is_scan)):
            return PageRead(self._own(index, page))
        found = self._recognised(index)
        if isinstance(found, Unrecognised):
            if usable:
                self._scans_with_stamps += is_scan
                self._not_recognised += self._ocr == "always"
                return PageRead(self._own(index, page))
            if page.raw.annotations and not unreadable:
                return PageRead(self._own(index, page))
            lacking = (
                "its text layer holds no readable characters" if unreadable else "it holds no text layer"
            )
            return PageLost(index + 1, f"{lacking}, and {found.reason}")
        if not found:
            return PageRead(self._own(index, page))
        read = sum(visible_characters(line.text) for line in found)
        if usable and self._ocr == "auto" and read < visible:
            return PageRead(self._own(index, page))
        return PageRead(self._from_picture(index, page, found))

    def notes(self) -> tuple[str, ...]:
        notes = []
        if self._scans_with_stamps:
            notes.append(
                f"{_pages(self._scans_with_stamps)} a picture with a few words of text, which were read alone"
            )
        if self._not_recognised:
            notes.append(
                f"{_pages(self._not_recognised)} not read by OCR as asked for: the file's own text was taken"
            )
        if self._garbled:
            notes.append(
                f"{_pages(self._garbled)} of letters that make no words: the file may map them wrongly, and "
                "OCR read them no better or is turned off"
            )
        return tuple(notes)

    def _less_garbled(self, index: int, page: SetPage, own_plausibility: float) -> Page:
        """What is on the page's picture, where that makes words and the text layer does not."""
        if self._ocr != "never" and self._fruitless < _MOST_FRUITLESS:
            found = self._recognised(index)
            if not isinstance(found, Unrecognised):
                read = plausibility("\n".join(line.text for line in found)) or 0.0
                if read >= max(LEAST_PLAUSIBILITY, own_plausibility + _MORE_PLAUSIBLE):
                    self._fruitless = 0
                    return self._from_picture(index, page, found)
            self._fruitless += 1
        self._garbled += own_plausibility < _CERTAINLY_NO_WORDS
        return self._own(index, page)

    def _own(self, index: int, page: SetPage) -> Page:
        return Page(index + 1, page.text, f"page {index + 1}", self._source.headings(index), page.boxes)

    def _from_picture(self, index: int, page: SetPage, found: tuple[RawLine, ...]) -> Page:
        seen = "".join("".join(line.text.split()) for line in found)
        unseen = (line for line in page.raw.annotations if "".join(line.text.split()) not in seen)
        text, boxes = set_lines((*found, *unseen), WordBreaks(()))
        return Page(
            index + 1, text, f"page {index + 1}", self._source.headings(index), boxes, recognised=True
        )

    def _recognised(self, index: int) -> tuple[RawLine, ...] | Unrecognised:
        """The lines on the page's picture, none where the picture is blank."""
        picture = self._source.draw_page(index)
        if isinstance(picture, Unopened):
            return Unrecognised(picture.reason)
        if is_blank(picture):
            return ()
        if self._ocr == "never":
            return Unrecognised("OCR is turned off")
        if self._recogniser is None:
            return Unrecognised("no OCR was set up")
        try:
            return recognise_lines(picture, self._recogniser)
        except RecogniserMissing as error:
            return Unrecognised(str(error))
        except Exception as error:  # noqa: BLE001 - an engine's trouble with one page is not the others'
            return Unrecognised(f"OCR failed on it ({type(error).__name__}: {error})"[:300])


def _pages(count: int) -> str:
    return "1 page is" if count == 1 else f"{count} pages are"
