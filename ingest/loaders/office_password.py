"""Office files under a password: opened, then read by the loader of what they turn out to be."""

from __future__ import annotations

import io
from collections.abc import Iterable

from ingest.errors import DamagedFile, EncryptedFile, UnsupportedFormat
from ingest.loaders.content import FileContent
from ingest.loaders.protocol import DEFAULT_OPTIONS, Loader, LoadOptions
from ingest.media import ENCRYPTED_OFFICE, tell_media_type
from ingest.types import Document

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: What Excel itself takes for workbooks that are protected against changes and open without a word.
_EXCEL_DEFAULT = "VelvetSweatshop"


class OfficePasswordLoader:
    """Opens Word, Excel and PowerPoint files with the passwords given and hands them to one of `loaders`.

    The document is of the kind found inside, and known by the bytes of the file as it lies on the disk.
    """

    def __init__(self, loaders: Iterable[Loader]) -> None:
        self._loaders = {kind: each for each in loaders for kind in each.media_types}

    @property
    def media_types(self) -> frozenset[str]:
        return frozenset({ENCRYPTED_OFFICE})

    def load(self, content: FileContent, options: LoadOptions = DEFAULT_OPTIONS) -> Document:
        inner = opened(content, options)
        media_type = tell_media_type(inner)
        loader = None if media_type == ENCRYPTED_OFFICE else self._loaders.get(media_type)
        if loader is None:
            raise UnsupportedFormat(
                f"{content.name} was opened with its password and is of a kind that is not read here "
                f"({media_type})."
            )
        return loader.load(inner, options)


def opened(content: FileContent, options: LoadOptions) -> FileContent:
    """The file without its password; the same where it has none. It keeps the hash of the locked file.

    Raises `EncryptedFile` where no password fits and `DamagedFile` where the container is broken.
    """
    if not content.data.startswith(_OLE):
        return content
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, InvalidKeyError

    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(content.data))
        if not file.is_encrypted():
            return content
    except Exception as error:  # bytes from anywhere may break its parser in any way
        raise DamagedFile(
            f"{content.name} is an Office file that is cut short or damaged "
            f"({type(error).__name__}: {error}). Copy it anew, "
            "or open it in its own program and save it again."
        ) from error
    for password in ("", _EXCEL_DEFAULT, *options.passwords):
        data = io.BytesIO()
        try:
            file.load_key(password=password)
            file.decrypt(data)
        except (InvalidKeyError, DecryptionError):
            continue
        except Exception as error:  # the same, for what is locked
            raise DamagedFile(
                f"{content.name} is an Office file under a password, locked in an unknown way or damaged "
                f"({type(error).__name__}: {error}). Save a copy without the password and give that."
            ) from error
        if data.getvalue():
            return FileContent(content.path, data.getvalue(), content.sha256)
    tried = "none of the passwords given fits" if options.passwords else "the empty one does not fit"
    raise EncryptedFile(
        f"{content.name} is an Office file under a password, and {tried}. Give its password with --password."
    )
