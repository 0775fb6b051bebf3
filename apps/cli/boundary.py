"""Where errors become words and exit codes. Every command runs inside `errors_in_words`.

0 all well · 1 something asked about has a problem · 2 wrong use · 130 Ctrl-C · 141 the reader went away
"""

from __future__ import annotations

import errno
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from apps.cli.screen import note, write_json
from apps.errors import FaceError, WrongUse

SCHEMA = 1
PROBLEM, WRONG_USE, INTERRUPTED, READER_GONE = 1, 2, 130, 141

_DEBUG_VARIABLE = "REFDESK_DEBUG"
_REFUSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


@dataclass(frozen=True, slots=True)
class Failure:
    """What a command ends with: an exit code, and what went wrong under a name programs can test."""

    exit_code: int
    kind: str
    message: str


@contextmanager
def errors_in_words(as_json: bool = False, verbose: bool = False) -> Iterator[None]:
    """Run a command's body; whatever it raises ends in `typer.Exit` with the right code.

    The message goes to standard error and, with `as_json`, as an object to standard output. An error
    nobody meant keeps its traceback where REFDESK_DEBUG=1.
    """
    with _quiet_libraries(verbose):
        try:
            yield
            sys.stdout.flush()
        except (typer.Exit, typer.Abort):
            raise
        except BrokenPipeError:
            _write_to_nobody()
            raise typer.Exit(READER_GONE) from None
        except KeyboardInterrupt:
            raise _ended(Failure(INTERRUPTED, "Interrupted", "Stopped with Ctrl-C."), as_json) from None
        except Exception as error:  # the last place where an error can become words instead of a traceback
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                _write_to_nobody()
                raise typer.Exit(READER_GONE) from None
            failure = failure_of(error)
            if failure is None:
                if os.environ.get(_DEBUG_VARIABLE) == "1":
                    raise
                failure = _unexpected(error)
            raise _ended(failure, as_json) from None


def failure_of(error: Exception) -> Failure | None:
    """What an error means to whoever ran the command; None for one that nobody raised on purpose."""
    kind = type(error).__name__
    if isinstance(error, WrongUse):
        return Failure(WRONG_USE, kind, str(error))
    if isinstance(
        error, ImportError
    ):  # an incomplete installation: the errors' own modules may be missing too
        return None
    from evaluation import errors as evaluation
    from generators import errors as generators
    from ingest import errors as ingest
    from machine import errors as machine
    from rag import errors as rag

    if isinstance(error, machine.WaitStopped):
        return Failure(INTERRUPTED, "Interrupted", str(error))
    if isinstance(error, evaluation.EvaluationError):
        return Failure(WRONG_USE, kind, str(error))  # 1 is a gate's no
    wrong_use = (
        ingest.NothingToIngest,
        ingest.CollectionNotFound,
        ingest.EmbedderMismatch,
        rag.EmptyCollection,
        rag.EmptyQuestion,
        rag.NoSuchConversation,
        rag.NoSuchDocument,
        rag.NoSuchPage,
        rag.QuestionTooLong,
        rag.RerankerUnusable,
        rag.TaskUnsuited,
        rag.TemplateUnusable,
        rag.ToolCallRefused,
        generators.EngineMissing,
        generators.ModelUnusable,
        generators.NothingToSay,
        generators.PromptTooLong,
        generators.SoundUnreadable,
        generators.RequestUnusable,
        machine.UnknownModel,
        machine.ModelMissing,
        machine.ModelUnreadable,
        machine.BundleRefused,
    )
    ours = (
        FaceError,
        ingest.IngestError,
        rag.RagError,
        generators.GeneratorError,
        machine.MachineError,
    )
    if isinstance(error, wrong_use):
        return Failure(WRONG_USE, kind, str(error))
    return Failure(PROBLEM, kind, str(error)) if isinstance(error, ours) else None


def complain(error: Exception, as_json: bool) -> None:
    """Say what went wrong with one line of several; the command goes on."""
    note(str(error))
    failure = failure_of(error)
    if as_json and failure is not None:
        said: dict[str, object] = {"kind": failure.kind, "message": failure.message}
        write_json({"schema": SCHEMA, "error": said})


def _unexpected(error: Exception) -> Failure:
    if isinstance(error, OSError) and error.strerror:
        if (refused := _unwritable_home(error)) is not None:
            return refused
        place = f" ({error.filename})" if error.filename else ""
        words = f"The system says: {error.strerror}{place}."
    else:
        words = f"Something went wrong that should not have: {type(error).__name__}: {error}."
    return Failure(PROBLEM, "Unexpected", f"{words} Run it with {_DEBUG_VARIABLE}=1 to see where.")


def _unwritable_home(error: OSError) -> Failure | None:
    """The failure to write to the data home, or to make it; None for any other error."""
    from machine import data_home

    if error.errno not in _REFUSED or not isinstance(error.filename, str):
        return None
    home, place = data_home(), Path(error.filename)
    if not place.is_relative_to(home) and not home.is_relative_to(place):
        return None
    return Failure(
        PROBLEM,
        "DataHomeUnwritable",
        f"The data home {home} cannot be written ({error.strerror}: {place}). Make it writable, or name "
        "another folder with REFDESK_HOME.",
    )


def _ended(failure: Failure, as_json: bool) -> typer.Exit:
    try:
        if as_json:
            error: dict[str, object] = {"kind": failure.kind, "message": failure.message}
            write_json({"schema": SCHEMA, "error": error})
        note(failure.message)
    except BrokenPipeError:
        _write_to_nobody()
    return typer.Exit(failure.exit_code)


def _write_to_nobody() -> None:
    """So that Python's own flush at its end does not complain about the reader that is gone."""
    nobody = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nobody, stream.fileno())
    os.close(nobody)


@contextmanager
def _quiet_libraries(verbose: bool) -> Iterator[None]:
    """Warnings and log lines are for `-v`; without it they would only stand between people and answers."""
    root = logging.getLogger()
    handler: logging.Handler = logging.StreamHandler(sys.stderr) if verbose else logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    level = root.level
    root.addHandler(handler)
    if verbose:
        root.setLevel(logging.INFO)
    try:
        with warnings.catch_warnings():
            if not verbose and not sys.warnoptions:
                warnings.simplefilter("ignore")
            yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
