"""Errors become words and exit codes, in one place."""

from __future__ import annotations

import errno
import logging
import os
import warnings
from pathlib import Path

import pytest
import typer

from apps.cli.boundary import errors_in_words, failure_of
from generators.errors import EngineMissing, GenerationFailed
from ingest.errors import CollectionNotFound, EmbedderMismatch, StoreDamaged, StoreFull
from machine import DownloadFailed, ModelMissing, UnknownModel
from rag import NoSuchDocument, QuestionTooLong


def code_of(error: BaseException, as_json: bool = False) -> int:
    with pytest.raises(typer.Exit) as ended, errors_in_words(as_json):
        raise error
    return ended.value.exit_code


@pytest.mark.parametrize(
    "kind",
    [
        CollectionNotFound,
        EmbedderMismatch,
        NoSuchDocument,
        QuestionTooLong,
        EngineMissing,
        ModelMissing,
        UnknownModel,
    ],
)
def test_wrong_use_ends_with_2(kind: type[Exception]) -> None:
    assert code_of(kind("words")) == 2


@pytest.mark.parametrize("kind", [StoreDamaged, StoreFull, GenerationFailed, DownloadFailed])
def test_a_problem_ends_with_1(kind: type[Exception]) -> None:
    assert code_of(kind("words")) == 1


def test_ctrl_c_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(KeyboardInterrupt()) == 130
    assert capsys.readouterr().err == "refdesk: Stopped with Ctrl-C.\n"


def test_an_error_nobody_meant_says_how_to_see_where(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(ZeroDivisionError("by zero")) == 1
    written = capsys.readouterr().err
    assert "ZeroDivisionError: by zero" in written
    assert "REFDESK_DEBUG=1" in written
    assert "Traceback" not in written


def test_an_error_nobody_meant_keeps_its_traceback_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFDESK_DEBUG", "1")
    with pytest.raises(ZeroDivisionError), errors_in_words():
        raise ZeroDivisionError


def test_a_system_error_is_said_in_the_systems_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(PermissionError(13, "Permission denied", "/some/file")) == 1
    assert "Permission denied (/some/file)" in capsys.readouterr().err


def test_a_missing_library_is_nobodys_intended_error() -> None:
    assert failure_of(ImportError("no such library")) is None


def test_libraries_are_quiet_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    with errors_in_words():
        logging.getLogger("somebody").warning("too slow")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert capsys.readouterr().err == ""
    with errors_in_words(verbose=True):
        logging.getLogger("somebody").info("it happened")
    assert "INFO somebody: it happened" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["cache", "cache/deeper/file", "..", "."])
def test_a_data_home_that_cannot_be_written_says_how_to_move_it(
    home: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    refused = OSError(errno.EROFS, "Read-only file system", os.path.normpath(home / place))
    assert code_of(refused) == 1
    said = capsys.readouterr().err
    assert f"The data home {home} cannot be written (Read-only file system" in said
    assert "REFDESK_HOME" in said
    assert "REFDESK_DEBUG" not in said


def test_a_file_elsewhere_is_not_the_data_home(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(PermissionError(errno.EACCES, "Permission denied", str(home.parent / "other"))) == 1
    assert "data home" not in capsys.readouterr().err
