"""What runs in the reading process: `python -m ingest.isolation.child`.

It hears one setup, then one request after another, and answers each with its events, the last of them
`Closed` or a failure. Its standard output belongs to the answers; what libraries print goes to the errors.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import fields
from importlib import import_module
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from ingest.isolation.frames import FrameTooLong, parse_frame, read_frame, write_frame
from ingest.isolation.limits import limit_this_process
from ingest.isolation.network import cut_network

if TYPE_CHECKING:
    from ingest.file_reader import FileReader
    from ingest.loaders.protocol import ReadEvent
    from ingest.settings import ReadingLimits

_INPUT, _OUTPUT, _ERRORS = 0, 1, 2


def main() -> None:
    requests, answers = _take_pipes()
    setup = read_frame(requests)
    if setup is None:
        return
    message = parse_frame(setup)
    if not isinstance(message, dict):
        raise ValueError("the parent's setup is none")
    measures = cut_network()
    limits = _limits(message["limits"])
    limit_this_process(limits.memory_bytes, limits.archive_bytes, message["parent"])
    reader = _reader(message["factory"], message["transcriber"], limits)
    frames = _hear(requests)
    write_frame(answers, {"kind": "ready", "network": measures})
    while True:
        _serve(reader, parse_frame(frames.get()), answers)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes to the parent, out of reach of whatever prints, asks, or is started from here."""
    requests, answers = os.dup(_INPUT), os.dup(_OUTPUT)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, _INPUT)
    os.close(nothing)
    os.dup2(_ERRORS, _OUTPUT)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(requests, os.O_BINARY)
        msvcrt.setmode(answers, os.O_BINARY)
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb")


def _limits(message: object) -> ReadingLimits:
    from ingest.settings import ReadingLimits

    if not isinstance(message, dict) or message.keys() != {each.name for each in fields(ReadingLimits)}:
        raise ValueError("the parent's limits are none")
    return ReadingLimits(**message)


def _reader(factory: str, transcriber: str | None, limits: ReadingLimits) -> FileReader:
    if transcriber is None:
        reader: FileReader = _named(factory)(limits)
    else:
        reader = _named(factory)(limits, lambda: _named(transcriber)())
    return reader


def _named(name: str) -> Callable[..., Any]:
    """The function behind "module:function"."""
    module, _, function = name.partition(":")
    named: Callable[..., Any] = getattr(import_module(module), function)
    return named


def _hear(requests: BinaryIO) -> SimpleQueue[bytes]:
    """The requests as they come. Where the pipe ends the parent is gone, and this process ends at once."""
    frames: SimpleQueue[bytes] = SimpleQueue()

    def hear() -> NoReturn:
        with suppress(ValueError, OSError):
            while (frame := read_frame(requests)) is not None:
                frames.put(frame)
        os._exit(0)  # the main thread may be stuck in a parser

    threading.Thread(target=hear, name="requests", daemon=True).start()
    return frames


def _serve(reader: FileReader, message: object, answers: BinaryIO) -> None:
    from ingest.errors import DamagedFile, UnreadableFile
    from ingest.isolation.messages import OUT_OF_MEMORY, decode_request, encode_error
    from ingest.loaders.protocol import Closed

    file, options, first_page = decode_request(message)
    try:
        with closing(_generator(reader.read(file, options, first_page=first_page))) as events:
            for event in events:
                _tell(event, answers)
                if isinstance(event, Closed):
                    return
        failure = DamagedFile(
            f"{file.name} was not read to its end: its reader stopped without a word. Report this as a fault."
        )
        write_frame(answers, encode_error(failure))
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            os._exit(0)  # the parent is gone
        write_frame(
            answers,
            encode_error(
                UnreadableFile(
                    f"{file.name} could not be read: {error.strerror or error}. Check the disk it lies on."
                )
            ),
        )
    except Exception as error:  # noqa: BLE001 - a reader that breaks its promise ends one file, not the process
        if _is_for_memory(error):
            write_frame(answers, {"kind": OUT_OF_MEMORY})
            os._exit(1)  # what it holds is not worth sorting
        if not isinstance(error, UnreadableFile):
            error = DamagedFile(f"{file.name} could not be read: {type(error).__name__}: {error}.")
        write_frame(answers, encode_error(error))


def _generator(events: Iterator[ReadEvent]) -> Generator[ReadEvent, None, None]:
    yield from events


def _tell(event: ReadEvent, answers: BinaryIO) -> None:
    from ingest.isolation.messages import encode_event
    from ingest.loaders.protocol import PageLost, PageRead

    try:
        write_frame(answers, encode_event(event))
    except FrameTooLong:
        if not isinstance(event, PageRead):
            raise
        lost = PageLost(event.page.number, "its text is longer than any page's (MOST_FRAME_BYTES)")
        write_frame(answers, encode_event(lost))


def _is_for_memory(error: BaseException | None) -> bool:
    """Whether a lack of memory is behind an error, however often it was put into other words."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        if isinstance(error, MemoryError):
            return True
        seen.append(error)
        error = error.__cause__ or error.__context__
    return False


if __name__ == "__main__":
    main()
