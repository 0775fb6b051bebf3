"""Pictures as documents: a photographed or scanned page is read by text recognition."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.errors import DamagedFile, UnreadableFile
from ingest.loaders.content import FileOnDisk
from ingest.loaders.hyphens import WordBreaks
from ingest.loaders.lines import set_lines
from ingest.loaders.protocol import (
    DEFAULT_OPTIONS,
    Closed,
    LoadOptions,
    Opened,
    PageLost,
    PageRead,
    ReadEvent,
)
from ingest.loaders.recognition import Recogniser, RecogniserMissing
from ingest.loaders.recognition_pages import MOST_PIXELS, NO_TEXT, Unrecognised, is_blank, recognise_lines
from ingest.loaders.titles import choose_title, tidy_author
from ingest.media import JPEG, PNG, TIFF
from ingest.types import Document, Page

if TYPE_CHECKING:
    from PIL.Image import Image

    from ingest.loaders.recognition import Picture

_FORMATS = {"PNG": PNG, "JPEG": JPEG, "MPO": JPEG, "TIFF": TIFF}
#: A picture of more is refused: unpacked it would take some 500 MB.
_MOST_PIXELS_ON_DISK = 150_000_000
_MOST_LOST = 500  # pages in a row: a damaged file can promise millions
_SMALL_SIDE = 1000  # pixels: a picture smaller than that both ways is read at twice its size
_GLANCE_SIDE = 1600  # pixels: at that, letters of 1% of a picture's height still show, in a third of the time
_TINY_SIDE, _TINY_PIXELS = 100, 4_000  # less of either: an icon or a rule, in which nothing is to be read
_ARTIST, _CHANGED = 0x013B, 0x0132
_EXIF_DATE = re.compile(r"((?:19|20)\d\d):(0[1-9]|1[0-2]):(0[1-9]|[12]\d|3[01])\b")


class ImageLoader:
    """A `PageLoader` for PNG, JPEG and TIFF; each picture of a TIFF is a page.

    `recogniser` is shared with the PDF loader; without one every page is lost.
    """

    def __init__(self, recogniser: Recogniser | None = None) -> None:
        self._recogniser = recogniser

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset(_FORMATS.values())

    def read(
        self, file: FileOnDisk, options: LoadOptions = DEFAULT_OPTIONS, *, first_page: int = 1
    ) -> Iterator[ReadEvent]:
        image = _open(file)
        with image:
            count = _page_count(image)
            yield Opened(_document(file, image), count)
            lost = 0
            for number in range(first_page, count + 1):
                event = self._page(image, number, options)
                lost = lost + 1 if isinstance(event, PageLost) and self._reads(options) else 0
                if lost > _MOST_LOST:
                    raise _damaged(file, f"of its {count} pages {lost} in a row give nothing")
                yield event
            yield Closed()

    def _reads(self, options: LoadOptions) -> bool:
        return self._recogniser is not None and options.ocr != "never"

    def _page(self, image: Image, number: int, options: LoadOptions) -> PageRead | PageLost:
        if self._recogniser is None:
            return PageLost(number, "it is a picture, and no OCR was set up")
        if options.ocr == "never":
            return PageLost(number, "it is a picture, and OCR is turned off")
        try:
            image.seek(number - 1)
            if image.width * image.height > _MOST_PIXELS_ON_DISK:
                return PageLost(
                    number,
                    f"its {image.width} x {image.height} pixels are more than the {_MOST_PIXELS_ON_DISK:,} "
                    "that are unpacked here: make a smaller copy",
                )
            if _is_tiny(image):
                return PageLost(
                    number, f"its {image.width} x {image.height} pixels are too few to hold any text"
                )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # as in opening it
                picture = _picture(image)
        except Exception as error:  # noqa: BLE001 - a hostile picture may break its decoder in any way
            said = " ".join(str(error).split())[:200]
            return PageLost(number, f"it does not open ({said or type(error).__name__})")
        if is_blank(picture):
            return PageRead(Page(number, "", f"page {number}", recognised=True))
        try:
            if max(picture.shape) > _GLANCE_SIDE and not self._recogniser.shows_text(_reduced(picture)):
                return PageLost(number, NO_TEXT)
            found = recognise_lines(picture, self._recogniser)
        except RecogniserMissing as error:
            return PageLost(number, f"it is a picture, and {error}")
        except Exception as error:  # noqa: BLE001 - an engine's trouble with one page is not the others'
            return PageLost(number, f"OCR failed on it ({type(error).__name__}: {error})"[:300])
        if isinstance(found, Unrecognised):
            return PageLost(number, found.reason)
        text, boxes = set_lines(found, WordBreaks(()))
        return PageRead(Page(number, text, f"page {number}", (), boxes, recognised=True))


def draw_image(file: FileOnDisk, index: int) -> Picture:
    """One picture of the file as a page, upright. `index` counts from 0. Raises `UnreadableFile`."""
    with _open(file) as image:
        if not 0 <= index < _page_count(image):
            raise UnreadableFile(f"{file.name} has no page {index + 1}.")
        try:
            image.seek(index)
            if image.width * image.height > _MOST_PIXELS_ON_DISK:
                raise UnreadableFile(f"Page {index + 1} of {file.name} is too large a picture to draw.")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # as in opening it
                return _picture(image)
        except UnreadableFile:
            raise
        except Exception as error:  # a hostile picture may break its decoder in any way
            raise _damaged(file, f"{type(error).__name__}: {error}") from error


def _open(file: FileOnDisk) -> Image:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            # Pillow warns of size and of odd metadata: the size is checked here, the rest changes no letter.
            warnings.simplefilter("ignore")
            return Image.open(file.file, formats=("PNG", "JPEG", "TIFF", "MPO"))
    except Image.DecompressionBombError as error:
        raise UnreadableFile(
            f"{file.name} is a picture of more than the {_MOST_PIXELS_ON_DISK:,} pixels that are read "
            "here. Make a smaller copy of it."
        ) from error
    except UnidentifiedImageError as error:
        raise _damaged(file, "it does not begin as its kind does") from error
    except OSError as error:
        if error.errno is None:
            raise _damaged(file, str(error)) from error
        raise UnreadableFile(
            f"{file.name} could not be read: {error.strerror or error}. Check the disk it lies on."
        ) from error
    except Exception as error:  # a hostile picture may break its parser in any way
        raise _damaged(file, f"{type(error).__name__}: {error}") from error


def _damaged(file: FileOnDisk, reason: str) -> DamagedFile:
    return DamagedFile(
        f"{file.name} is a picture that is cut short or damaged ({reason}). Open it in a picture viewer and "
        "save it again, or copy it anew."
    )


def _page_count(image: Image) -> int:
    """Pictures in a TIFF; a JPEG of several (previews, depth) is one page."""
    if image.format != "TIFF":
        return 1
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:  # noqa: BLE001 - a broken chain of pictures: the first is there
        return 1


def _document(file: FileOnDisk, image: Image) -> Document:
    try:
        exif = image.getexif()
        author, changed = exif.get(_ARTIST), exif.get(_CHANGED)
    except Exception:  # noqa: BLE001 - metadata in disorder says nothing
        author, changed = None, None
    date = _EXIF_DATE.match(str(changed or ""))
    return Document(
        sha256=file.sha256,
        media_type=_FORMATS[image.format or "PNG"],
        title=choose_title(file.path),
        pages=(),
        author=tidy_author(author if isinstance(author, str) else None),
        written="-".join(date.groups()) if date else None,
    )


def _is_tiny(image: Image) -> bool:
    return max(image.size) < _TINY_SIDE or image.width * image.height < _TINY_PIXELS


def _reduced(picture: Picture) -> Picture:
    import numpy as np
    from PIL import Image as Images

    reduced = Images.fromarray(picture)
    reduced.thumbnail((_GLANCE_SIDE, _GLANCE_SIDE))
    return np.asarray(reduced, dtype=np.uint8)


def _picture(image: Image) -> Picture:
    """The current picture upright, on white, of a size that recognition can hold."""
    import numpy as np
    from PIL import Image as Images
    from PIL import ImageOps

    scale = min(1.0, math.sqrt(MOST_PIXELS / (image.width * image.height)))
    if max(image.size) < _SMALL_SIDE:
        scale = 2.0
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    image.draft("RGB", size)  # a large JPEG is then unpacked at a fraction of its size
    upright: Image = image
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits and more: to 8, whatever the range
        values = np.asarray(image, dtype=np.float64)
        least, most = float(values.min()), float(values.max())
        upright = Images.fromarray(((values - least) * (255 / max(most - least, 1.0))).astype(np.uint8))
    if "A" in upright.mode or "transparency" in upright.info:
        seen = upright.convert("RGBA")
        upright = Images.alpha_composite(Images.new("RGBA", seen.size, "white"), seen)
    upright = upright.convert("RGB")
    if upright.size != size:
        upright = upright.resize(size, Images.Resampling.LANCZOS)
    orientation = image.getexif().get(0x0112, 1)
    upright.getexif()[0x0112] = orientation
    return np.asarray(ImageOps.exif_transpose(upright), dtype=np.uint8)
