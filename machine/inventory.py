"""Which models are here, and are they whole?"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from machine.catalogue import Catalogue, CatalogueFile, CatalogueModel, ModelKind, load_catalogue
from machine.errors import ModelDamaged, ModelMissing, ModelUnreadable, UnknownModel
from machine.home import models_folder
from machine.locking import exclusive
from machine.progress import Progress, ProgressListener, silent
from machine.staging import disk_errors_in_words, lock_path, staging_folder
from machine.verification import complaint, is_sealed, read_seals, write_seals

ModelState = Literal["here", "missing", "partial", "damaged"]

_GGUF_MAGIC = b"GGUF"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model that is here and whole. `entry` is what an engine is given: a file or the folder."""

    model: CatalogueModel
    folder: Path
    entry: Path


def find(id: str, catalogue: Catalogue | None = None) -> ModelFiles:
    """The model's files, each known to be right: by its seal, else by hashing it now.

    Raises UnknownModel, ModelMissing (not all files are here) or ModelDamaged.
    """
    return _check((catalogue or load_catalogue()).model(id), trust_seals=True)


def verify(id: str, progress: ProgressListener = silent, catalogue: Catalogue | None = None) -> ModelFiles:
    """Like `find`, but hashes every file whatever its seal says."""
    return _check((catalogue or load_catalogue()).model(id), trust_seals=False, progress=progress)


def state(id: str, catalogue: Catalogue | None = None) -> ModelState:
    """Where the model stands. Files that were never hashed here are hashed now."""
    model = (catalogue or load_catalogue()).model(id)
    try:
        _check(model, trust_seals=True)
    except ModelMissing:
        begun = staging_folder(id).exists() or any(_place(model, file).exists() for file in model.files)
        return "partial" if begun else "missing"
    except ModelDamaged:
        return "damaged"
    return "here"


def remove(id: str, catalogue: Catalogue | None = None) -> int:
    """Delete the model's folder and whatever was begun of it; the number of bytes that frees."""
    model = (catalogue or load_catalogue()).model(id)
    folders = [folder for folder in (models_folder() / id, staging_folder(id)) if folder.exists()]
    if not folders:
        raise ModelMissing(f"{id} is not on this machine: nothing to remove.")
    freed = 0
    with disk_errors_in_words(models_folder(), model.id), exclusive(lock_path(id), waiting=lambda: None):
        for folder in folders:
            freed += sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            shutil.rmtree(folder)
    return freed


def resolve(spec: str, kind: ModelKind | None = None, catalogue: Catalogue | None = None) -> Path:
    """What an engine is given for `spec`: a catalogue's id, or a path to a GGUF file or a model's folder.

    With `kind`, an id of another kind is refused. Raises UnknownModel, ModelMissing, ModelDamaged or
    ModelUnreadable.
    """
    catalogue = catalogue or load_catalogue()
    try:
        model = catalogue.model(spec)
    except UnknownModel:
        path = Path(spec).expanduser()
        if path.exists() or len(path.parts) > 1 or path.suffix == ".gguf":
            return _readable(path)
        raise _unknown(spec, kind, catalogue) from None
    if kind is not None and model.kind != kind:
        raise ModelUnreadable(
            f"'{spec}' is {_a(model.kind)} model where {_a(kind)} model is needed: {_ids(catalogue, kind)}."
        )
    return find(spec, catalogue).entry


def _unknown(spec: str, kind: ModelKind | None, catalogue: Catalogue) -> UnknownModel:
    what = "model" if kind is None else f"{kind} model"
    path = {
        "language": "A path to a GGUF file",
        "embedder": "The folder of a sentence-transformers model",
        "reranker": "The folder of a cross-encoder",
        "inference": "The folder of a model for natural-language inference",
    }.get(kind or "", "A path to a GGUF file or a model's folder")
    return UnknownModel(
        f"There is no {what} '{spec}' in the catalogue. It knows: {_ids(catalogue, kind)}. {path} works too."
    )


def _ids(catalogue: Catalogue, kind: ModelKind | None) -> str:
    return ", ".join(model.id for model in catalogue.models if kind in {None, model.kind}) or "none"


def _a(kind: ModelKind) -> str:
    return f"an {kind}" if kind in {"embedder", "inference"} else f"a {kind}"


def _check(model: CatalogueModel, trust_seals: bool, progress: ProgressListener = silent) -> ModelFiles:
    folder = models_folder() / model.id
    absent = [file.name for file in model.files if not _place(model, file).is_file()]
    if absent:
        present = len(model.files) - len(absent)
        what = f"{present} of its {len(model.files)} files are" if present else "It is not"
        raise ModelMissing(
            f"The model {model.id} is needed. {what} in {folder}. "
            f"Get it with `refdesk models pull {model.id}` ({model.size_bytes / 1e6:,.0f} MB, licence: "
            f"{model.licence})."
        )
    seals = read_seals(folder) if trust_seals else ()
    unsealed = [file for file in model.files if not is_sealed(folder, file, seals)]
    read = _counter(model, progress)
    for file in unsealed:
        wrong = complaint(_place(model, file), file, read)
        if wrong:
            raise ModelDamaged(
                f"{_place(model, file)} is damaged: {wrong}. "
                f"Get a good one with `refdesk models pull {model.id}`."
            )
    if unsealed:
        _seal(folder, model)
    return ModelFiles(model, folder, folder / model.entry if model.entry else folder)


def _seal(folder: Path, model: CatalogueModel) -> None:
    try:
        write_seals(folder, model.files)
    except OSError:
        # A folder that takes no seal (read-only, full disk) is as good; it is only hashed again next time.
        return


def _counter(model: CatalogueModel, progress: ProgressListener) -> Callable[[int], None]:
    done = 0

    def count(read_bytes: int) -> None:
        nonlocal done
        done += read_bytes
        progress(Progress(model.id, "disk", "", done, model.size_bytes))

    return count


def _place(model: CatalogueModel, file: CatalogueFile) -> Path:
    return models_folder() / model.id / file.name


def _readable(path: Path) -> Path:
    if not path.exists():
        raise ModelUnreadable(
            f"There is no model at {path}. Check the path; `refdesk models` lists those here."
        )
    if path.is_dir():
        if not (path / "config.json").is_file() and not (path / "modules.json").is_file():
            raise ModelUnreadable(
                f"The folder {path} holds no model: neither a config.json nor a modules.json is in it."
            )
        return path
    try:
        with path.open("rb") as file:
            start = file.read(len(_GGUF_MAGIC))
    except OSError as error:
        raise ModelUnreadable(f"Cannot read {path}: {error.strerror}. Check who may read it.") from error
    if not start:
        raise ModelUnreadable(f"{path} is empty. Download the model again.")
    if start != _GGUF_MAGIC:
        raise ModelUnreadable(
            f"{path} is no GGUF model: a GGUF file begins with the letters GGUF. "
            "Name a .gguf file, a model's folder or one of the ids that `refdesk models` lists."
        )
    return path
