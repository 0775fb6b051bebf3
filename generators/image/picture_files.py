"""Pictures on the disk, each with the note of how it was made inside the file.

PNG carries the note as text (an iTXt chunk named `refdesk`). All three formats carry it in an XMP packet too,
beside the standard's own word for "made by a model": IPTC's digital source type `trainedAlgorithmicMedia`
(https://cv.iptc.org/newscodes/digitalsourcetype/).
"""

from __future__ import annotations

import html
import os
import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from generators.errors import RequestUnusable
from generators.making import NOTE, Making, NoteUnreadable

if TYPE_CHECKING:
    from PIL.Image import Image

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
_XMP_CHUNK = "XML:com.adobe.xmp"
_NAMESPACE = "https://github.com/refdesk/refdesk/ns/1.0/"
_IN_XMP = re.compile(f"<{NOTE}:note>(.*?)</{NOTE}:note>", re.DOTALL)

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:{name}="{space}">
<Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType>
<{name}:note>{note}</{name}:note>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def check_picture_name(path: Path) -> None:
    """Raises RequestUnusable for a file whose ending says no format that carries a note."""
    if path.suffix.lower() not in _FORMATS:
        raise RequestUnusable(
            f"{path} must end in {', '.join(_FORMATS)}: those carry how a picture was made."
        )


def write_picture(picture: Image, path: Path, making: Making) -> None:
    """Write the file with its note, whole or not at all. Raises RequestUnusable (its ending) and OSError."""
    from PIL.PngImagePlugin import PngInfo

    check_picture_name(path)
    kind = _FORMATS[path.suffix.lower()]
    note = making.to_json()
    packet = _PACKET.format(
        name=NOTE, space=_NAMESPACE, source=_SOURCE, note=html.escape(note, quote=False)
    ).encode()
    content = BytesIO()
    if kind == "PNG":
        chunks = PngInfo()
        chunks.add_itxt(NOTE, note)
        chunks.add_itxt(_XMP_CHUNK, packet.decode())
        picture.save(content, "PNG", pnginfo=chunks)
    elif kind == "JPEG":
        picture.convert("RGB").save(content, "JPEG", quality=95, subsampling=0, xmp=packet)
    else:
        picture.save(content, "WEBP", lossless=True, xmp=packet)
    staging = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staging.write_bytes(content.getvalue())
        staging.replace(path)
    finally:
        staging.unlink(missing_ok=True)


def read_note(path: Path) -> Making:
    """How the picture in the file was made. Raises NoteUnreadable where none is in it, and OSError."""
    from PIL import Image, UnidentifiedImageError

    too_large = (Image.DecompressionBombError, Image.DecompressionBombWarning)

    try:
        with Image.open(path) as picture:
            text = getattr(picture, "text", {}).get(NOTE)
            packet = picture.info.get("xmp", b"")
    except too_large as error:
        raise NoteUnreadable(f"{path} has too many pixels to be opened: {error}") from error
    except (UnidentifiedImageError, ValueError, SyntaxError) as error:
        raise NoteUnreadable(f"{path} is no picture that can be read: {error}") from error
    if text is None:
        words = packet.decode("utf-8", errors="replace") if isinstance(packet, bytes) else str(packet)
        found = _IN_XMP.search(words)
        if found is None:
            raise NoteUnreadable(f"{path} does not say how it was made: there is no note of Refdesk in it.")
        text = html.unescape(found[1])
    return Making.from_json(text)
