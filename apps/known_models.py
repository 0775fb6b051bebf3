"""Whether a model is here and whole, looked at again when its files have changed: a page asks at every click.

A model that was never checked on this machine is read through once. Where that cannot be noted beside it (a
folder that may not be written), and where it is damaged, it would be read through at every look.
"""

from __future__ import annotations

from apps.remembered import Remembered
from machine import MachineError, ModelKind, ModelState, UnknownModel, load_catalogue, models_folder
from machine import resolve as resolved
from machine import state as looked_at
from machine.staging import staging_folder

_FileState = tuple[int, int, int] | None

_STATES: Remembered[ModelState] = Remembered(200)
_ERRORS: Remembered[MachineError | None] = Remembered(200)


def known_state(id: str) -> ModelState:
    """Where a model of the catalogue stands. Raises UnknownModel."""
    return _STATES.get(id, _files_of(id), lambda: looked_at(id))


def require_model(spec: str, kind: ModelKind) -> None:
    """Raise what `machine.resolve` raises for it: where it is missing, damaged or of another kind."""
    try:
        files = _files_of(spec)
    except UnknownModel:  # a path, say: quickly looked at
        resolved(spec, kind)
        return
    error = _ERRORS.get((spec, kind), files, lambda: _error_of(spec, kind))
    if error is not None:
        raise type(error)(str(error))


def _error_of(spec: str, kind: ModelKind) -> MachineError | None:
    try:
        resolved(spec, kind)
    except MachineError as error:
        return error.with_traceback(None)
    return None


def _files_of(id: str) -> tuple[str, bool, tuple[_FileState, ...]]:
    """What differs once anything has happened to the model's files."""
    folder = models_folder() / id
    files: list[_FileState] = []
    for file in load_catalogue().model(id).files:
        try:
            status = (folder / file.name).stat()
        except OSError:
            files.append(None)
        else:
            files.append((status.st_ino, status.st_size, status.st_mtime_ns))
    return str(folder), staging_folder(id).exists(), tuple(files)
