"""Models carried in by hand: a plain tar file with a manifest before them.

manifest.json           {"format": "refdesk-models", "schema": 1, "models": [{"id", "files": [...]}]}
<id>/<file name>        each file that the manifest lists, and nothing else
"""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from machine.catalogue import Catalogue, CatalogueFile, CatalogueModel, load_catalogue
from machine.errors import BundleRefused, UnknownModel
from machine.home import models_folder
from machine.inventory import ModelFiles, find, verify
from machine.locking import exclusive
from machine.progress import Progress, ProgressListener, silent
from machine.staging import Staging, disk_errors_in_words, lock_path, require_space

if TYPE_CHECKING:
    import tarfile

_FORMAT = "refdesk-models"
_SCHEMA = 1
_MANIFEST_NAME = "manifest.json"
_MANIFEST_LIMIT_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 20


def write_bundle(
    ids: Sequence[str], out_tar: Path, progress: ProgressListener = silent, catalogue: Catalogue | None = None
) -> Path:
    """Write the models, each hashed once more, into a new tar file; its path.

    Raises ModelMissing, ModelDamaged, DiskFull, or BundleRefused if the file is there already.
    """
    import tarfile

    if out_tar.exists():
        raise BundleRefused(f"{out_tar} is there already. Remove it or name another file.")
    if not out_tar.parent.is_dir():
        raise BundleRefused(f"There is no folder {out_tar.parent} to write the bundle into.")
    found = [verify(id, progress, catalogue) for id in dict.fromkeys(ids)]
    require_space(out_tar.parent, sum(files.model.size_bytes for files in found), str(out_tar))
    fresh = out_tar.with_name(f".{out_tar.name}.{os.getpid()}")
    try:
        with disk_errors_in_words(out_tar, str(out_tar)):
            with tarfile.open(fresh, "w") as tar:
                _add(tar, _MANIFEST_NAME, io.BytesIO(manifest := _manifest(found)), len(manifest))
                for files in found:
                    for file in files.model.files:
                        with (files.folder / file.name).open("rb") as content:
                            _add(tar, f"{files.model.id}/{file.name}", content, file.size_bytes)
            fresh.replace(out_tar)
    finally:
        fresh.unlink(missing_ok=True)
    return out_tar


def read_bundle(
    tar_path: Path, progress: ProgressListener = silent, catalogue: Catalogue | None = None
) -> tuple[ModelFiles, ...]:
    """Put a bundle's models where models live; all of them, or none if anything in it is not as announced.

    Every file must be one of the catalogue's, with its sha256. Raises BundleRefused or DiskFull.
    """
    import tarfile
    import tempfile

    catalogue = catalogue or load_catalogue()
    incoming: Path | None = None
    try:
        with disk_errors_in_words(models_folder(), tar_path.name), _open(tar_path) as tar:
            models = _announced(tar, tar_path, catalogue)
            require_space(models_folder(), sum(model.size_bytes for model in models), tar_path.name)
            staging = models_folder() / ".staging"
            staging.mkdir(parents=True, exist_ok=True)
            incoming = Path(tempfile.mkdtemp(prefix=".bundle-", dir=staging))
            _extract(tar, tar_path, models, incoming, progress)
            for model in models:
                _install(model, incoming)
    except (tarfile.TarError, EOFError) as error:
        raise BundleRefused(f"{tar_path} is no bundle, or is cut off: {error}. Copy it again.") from error
    finally:
        if incoming is not None:
            shutil.rmtree(incoming, ignore_errors=True)
    return tuple(find(model.id, catalogue) for model in models)


def _manifest(found: Sequence[ModelFiles]) -> bytes:
    models = [
        {
            "id": files.model.id,
            "files": [
                {"name": file.name, "size_bytes": file.size_bytes, "sha256": file.sha256}
                for file in files.model.files
            ],
        }
        for files in found
    ]
    return json.dumps({"format": _FORMAT, "schema": _SCHEMA, "models": models}, indent=1).encode()


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes], size_bytes: int) -> None:
    from tarfile import TarInfo

    # A bare header: who made the bundle, and when, is nobody's business, and equal models make equal bundles.
    member = TarInfo(name)
    member.size = size_bytes
    tar.addfile(member, content)


def _open(tar_path: Path) -> tarfile.TarFile:
    import tarfile

    try:
        return tarfile.open(tar_path, "r:")
    except FileNotFoundError as error:
        raise BundleRefused(f"There is no file {tar_path}.") from error
    except (IsADirectoryError, PermissionError) as error:
        raise BundleRefused(f"Cannot read {tar_path}: {error.strerror}.") from error


def _announced(tar: tarfile.TarFile, tar_path: Path, catalogue: Catalogue) -> tuple[CatalogueModel, ...]:
    """The models of the manifest, each equal to the catalogue's."""
    first = tar.next()
    if first is None or first.name != _MANIFEST_NAME or not _is_plain_file(first):
        raise BundleRefused(f"{tar_path} is no bundle of models: it does not begin with {_MANIFEST_NAME}.")
    content = tar.extractfile(first)
    if content is None or first.size > _MANIFEST_LIMIT_BYTES:
        raise BundleRefused(f"{tar_path} is no bundle of models: its manifest is not readable.")
    try:
        manifest = json.loads(content.read())
        if manifest["format"] != _FORMAT or manifest["schema"] != _SCHEMA:
            raise BundleRefused(f"{tar_path} is a bundle of another kind or version than this Refdesk reads.")
        announced = [
            (entry["id"], {CatalogueFile(**file) for file in entry["files"]}) for entry in manifest["models"]
        ]
    except (ValueError, TypeError, KeyError) as error:
        raise BundleRefused(f"{tar_path} is no bundle of models: its manifest is not readable.") from error
    models = []
    for id, files in announced:
        try:
            model = catalogue.model(id)
        except UnknownModel as error:
            raise BundleRefused(f"{tar_path} holds a model this Refdesk does not know. {error}") from error
        if files != set(model.files) or model in models:
            raise BundleRefused(f"{tar_path} holds another {id} than this Refdesk's catalogue.")
        models.append(model)
    return tuple(models)


def _extract(
    tar: tarfile.TarFile,
    tar_path: Path,
    models: Sequence[CatalogueModel],
    incoming: Path,
    progress: ProgressListener,
) -> None:
    """Write every announced file below `incoming`, checked. Names come from the catalogue, not the tar."""
    expected = {f"{model.id}/{file.name}": (model, file) for model in models for file in model.files}
    done = dict.fromkeys((model.id for model in models), 0)
    while (member := tar.next()) is not None:
        if member.name not in expected:
            raise BundleRefused(f"{tar_path} holds {member.name!r}, which its manifest does not list.")
        model, file = expected.pop(member.name)
        if not _is_plain_file(member):
            raise BundleRefused(f"{tar_path}: {member.name} is no plain file.")
        if member.size != file.size_bytes:
            raise BundleRefused(
                f"{tar_path}: {member.name} has {member.size:,} bytes, not the {file.size_bytes:,} announced."
            )
        content = tar.extractfile(member)
        if content is None or _copy(content, incoming / model.id / file.name) != file.sha256:
            raise BundleRefused(f"{tar_path}: {member.name} does not have its sha256. Copy the bundle again.")
        done[model.id] += file.size_bytes
        progress(Progress(model.id, "bundle", "", done[model.id], model.size_bytes))
    if expected:
        raise BundleRefused(f"{tar_path} lacks {', '.join(sorted(expected))}. Copy it again.")


def _copy(content: IO[bytes], place: Path) -> str:
    """Write the content to a new file; its sha256."""
    place.parent.mkdir(parents=True, exist_ok=True)
    from hashlib import sha256

    digest = sha256()
    with place.open("xb") as out:
        while block := content.read(_BLOCK_BYTES):
            digest.update(block)
            out.write(block)
    return digest.hexdigest()


def _install(model: CatalogueModel, incoming: Path) -> None:
    with exclusive(lock_path(model.id), waiting=lambda: None):
        staging = Staging(model)
        for file in staging.missing():
            staging.adopt(file, incoming / model.id / file.name)
        staging.place()


def _is_plain_file(member: tarfile.TarInfo) -> bool:
    from tarfile import AREGTYPE, REGTYPE

    return member.type in {REGTYPE, AREGTYPE} and not member.issparse()
