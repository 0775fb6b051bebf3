"""Members encrypted with AES, as WinZip and 7-Zip do it. The standard library knows only the older way."""

from __future__ import annotations

import io
import zipfile
from contextlib import ExitStack
from pathlib import Path

import pyzipper


class AesMember(io.BufferedIOBase):
    """The bytes of one member, open. Raises RuntimeError for a wrong password, BadZipFile for damage."""

    def __init__(self, file: Path, index: int, password: bytes | None) -> None:
        self._open = ExitStack()
        try:
            archive = self._open.enter_context(pyzipper.AESZipFile(file))
            self._stream = self._open.enter_context(archive.open(archive.infolist()[index], pwd=password))
        except pyzipper.BadZipFile as error:
            self._open.close()
            raise zipfile.BadZipFile(str(error)) from error
        except BaseException:
            self._open.close()
            raise

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        try:
            data: bytes = self._stream.read(size)
        except pyzipper.BadZipFile as error:
            raise zipfile.BadZipFile(str(error)) from error
        return data

    def close(self) -> None:
        self._open.close()
        super().close()
