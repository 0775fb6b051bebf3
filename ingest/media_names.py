"""What people call the kinds of document."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.media_types import (
    CSV,
    DOC,
    DOCX,
    EPUB,
    FLAC,
    HTML,
    JPEG,
    JSON,
    JSON_LINES,
    M4A,
    MAIL,
    MARKDOWN,
    MP3,
    NOTEBOOK,
    ODP,
    ODS,
    ODT,
    OGG,
    PDF,
    PLAIN_TEXT,
    PNG,
    PPT,
    PPTX,
    RST,
    RTF,
    SOUNDS,
    SOURCE_CODE,
    SVG,
    TIFF,
    TSV,
    WAV,
    XLS,
    XLSX,
    XML,
)

#: One kind each: the name that it is shown under.
_KINDS: Mapping[str, str] = {
    **{"pdf": PDF, "docx": DOCX, "doc": DOC, "odt": ODT, "rtf": RTF, "epub": EPUB},
    **{"pptx": PPTX, "ppt": PPT, "odp": ODP, "xlsx": XLSX, "xls": XLS, "ods": ODS, "csv": CSV, "tsv": TSV},
    **{"html": HTML, "markdown": MARKDOWN, "rst": RST, "text": PLAIN_TEXT, "mail": MAIL, "xml": XML},
    **{"json": JSON, "jsonl": JSON_LINES, "notebook": NOTEBOOK, "code": SOURCE_CODE},
    **{"png": PNG, "jpeg": JPEG, "tiff": TIFF, "svg": SVG},
    **{"wav": WAV, "mp3": MP3, "flac": FLAC, "ogg": OGG, "m4a": M4A},
}
_OTHER_NAMES: Mapping[str, str] = {
    **{"md": "markdown", "txt": "text", "htm": "html", "web": "html", "book": "epub", "ipynb": "notebook"},
    **{"email": "mail", "eml": "mail", "jpg": "jpeg", "tif": "tiff"},
}
_GROUPS: Mapping[str, frozenset[str]] = {
    "word": frozenset({DOCX, DOC}),
    "excel": frozenset({XLSX, XLS}),
    "powerpoint": frozenset({PPTX, PPT}),
    "slides": frozenset({PPTX, PPT, ODP}),
    "spreadsheet": frozenset({XLSX, XLS, ODS, CSV, TSV}),
    "image": frozenset({PNG, JPEG, TIFF, SVG}),
    "recording": SOUNDS,
}

#: The media types behind each name.
MEDIA_TYPES_OF: Mapping[str, frozenset[str]] = {
    **_GROUPS,
    **{name: frozenset({media_type}) for name, media_type in _KINDS.items()},
    **{name: frozenset({_KINDS[kind]}) for name, kind in _OTHER_NAMES.items()},
}
_NAME_OF = {media_type: name for name, media_type in _KINDS.items()}


def media_types_named(name: str) -> frozenset[str]:
    """The media types behind a name ("pdf", ".pdf", "word"), or behind one that is itself a media type.

    Raises ValueError for a name that means nothing here.
    """
    plain = name.strip().casefold()
    if "/" in plain:
        return frozenset({plain})
    try:
        return MEDIA_TYPES_OF[plain.removeprefix(".")]
    except KeyError:
        raise ValueError(
            f"{name!r} is no type of document. There are {', '.join(sorted(MEDIA_TYPES_OF))}, and media "
            "types such as 'text/html'."
        ) from None


def media_name(media_type: str) -> str:
    """What a kind is called; where it has no name, its media type."""
    return _NAME_OF.get(media_type, media_type)
