"""What decides, besides a file's content and its passwords, what is read from it."""

from __future__ import annotations

import shutil
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from ingest.loaders.protocol import LoadOptions

#: Raised when the same bytes would give other pages than before: what lies unfinished is then read anew.
READER_VERSION = 1

#: Without these fewer files can be read.
_EXTRAS = ("rapidocr_onnxruntime", "office_oxide", "faster_whisper")
_PROGRAMS = ("soffice", "libreoffice")


def reading_of(options: LoadOptions) -> str:
    """Names what decides, besides a file's content and its passwords, what is read from it."""
    extras = [name for name in _EXTRAS if find_spec(name) is not None]
    programs = [name for name in _PROGRAMS if shutil.which(name) is not None]
    having = "+".join([*extras, *programs])
    return f"v{READER_VERSION} of {_own_version()} with {having} ocr-{options.ocr}"


def _own_version() -> str:
    try:
        return version("refdesk")
    except PackageNotFoundError:  # run from its source folder, never installed
        return "source"
