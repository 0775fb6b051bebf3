"""Settings become objects: the only module here that names concrete embedders, loaders and splitters."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from ingest.embedding.hashing import HashingEmbedder
from ingest.embedding.model_folder import ModelFolder, read_model_folder
from ingest.embedding.protocol import Embedder, EmbedderIdentity
from ingest.embedding.weights import weights_sha256
from ingest.errors import ConversionFailed, IngestError
from ingest.file_reader import FileReader
from ingest.loaders.assembly import build_in_process_reader
from ingest.loaders.transcription import Transcriber
from ingest.settings import (
    DEFAULT_EMBEDDER,
    EmbedderSettings,
    IngestSettings,
    SplitterSettings,
)
from ingest.splitting import TokenSplitter
from machine import MemoryBroker, Need, Residence, gpu_pool

_LOGGER = logging.getLogger(__name__)

#: A model's id to the folder it lies in, as the machine's catalogue knows it.
Resolve = Callable[[str], Path]

_NVIDIA_DEVICES = (Path("/dev/nvidia0"), Path("/dev/nvidiactl"), Path("/dev/dxg"))


@dataclass(frozen=True, slots=True)
class _Model:
    folder: ModelFolder
    identity: EmbedderIdentity


def identity_of(settings: EmbedderSettings, resolve: Resolve, cache_folder: Path) -> EmbedderIdentity:
    """The identity of the embedder that these settings give, without loading it."""
    if settings.engine == "hashing":
        return _hashing(settings).identity
    return _model(settings, resolve, cache_folder).identity


def build_embedder(settings: EmbedderSettings, resolve: Resolve, cache_folder: Path) -> Embedder:
    """The embedder these settings ask for; with `auto`, the fastest that runs here, and the log says why.

    Raises IngestError where the model or the engine that was asked for cannot be used.
    """
    if settings.engine == "hashing":
        return _hashing(settings)
    model = _model(settings, resolve, cache_folder)
    if settings.engine == "openvino":
        reason = _reason_against_openvino(model.folder)
        if reason is not None:
            raise IngestError(
                f"{model.identity.model} cannot be run by OpenVINO: {reason}. Choose the engine `auto`."
            )
        return _openvino(model, cache_folder)
    if settings.engine == "sentence-transformers":
        return _sentence_transformers(model, "cuda" if _cuda_works() else "cpu")
    return _fastest(model.identity.model, model, cache_folder)


def open_embedder(
    settings: EmbedderSettings, resolve: Resolve, cache_folder: Path, broker: MemoryBroker
) -> Embedder:
    """As `build_embedder`, loaded when it is first needed and in memory only as long as there is room.

    What is asked for twice is loaded once. Raises at once where the model's folder is none; what else can
    be wrong is found when it is loaded.
    """
    if settings.engine == "hashing":
        return _hashing(settings)
    from ingest.embedding.resident import ResidentEmbedder

    model = _model(settings, resolve, cache_folder)
    residence: Residence[Embedder] = broker.residence(
        ("embedder", settings, model.folder.path, model.identity),
        f"the embedder {model.identity.model}",
        lambda: [embedder_need(settings, resolve)],
        lambda: build_embedder(settings, resolve, cache_folder),
        lambda embedder: embedder.close(),
    )
    return ResidentEmbedder(residence, model.identity)


def embedder_need(settings: EmbedderSettings, resolve: Resolve) -> Need:
    """What it takes of memory: its weights, and as much again to compute with a batch."""
    if settings.engine == "hashing":
        return Need(0)
    folder = resolve(settings.model or DEFAULT_EMBEDDER)
    weights = sum(file.stat().st_size for file in folder.rglob("model*.safetensors"))
    on_gpu = settings.engine != "openvino" and _cuda_works()
    return Need(2 * weights, pool=gpu_pool() if on_gpu else "memory")


def following(settings: EmbedderSettings, made_with: EmbedderIdentity | None) -> EmbedderSettings:
    """The settings, with what a collection was made with in place of what they leave open.

    Its prefixes go with its model: settings that name another have that one's own.
    """
    if made_with is None or settings.engine == "hashing":
        return settings
    if settings.model is None and made_with == HashingEmbedder().identity:
        return replace(settings, engine="hashing")
    if settings.model is not None and made_with.model not in (settings.model, _absolute(settings.model)):
        return settings
    query, document = settings.query_prefix, settings.document_prefix
    return replace(
        settings,
        model=made_with.model,
        query_prefix=made_with.query_prefix if query is None else query,
        document_prefix=made_with.document_prefix if document is None else document,
    )


def build_splitter(settings: SplitterSettings, embedder: Embedder) -> TokenSplitter:
    """A splitter whose chunks the embedder reads whole."""
    return TokenSplitter(settings, embedder)


def build_reader(settings: IngestSettings, transcriber: str | None = None) -> FileReader:
    """What reads files: a process of its own with limits, or this one where the settings say so.

    `transcriber` names, as "module:function", what makes the one that listens to recordings; it is imported
    with the first of them, where they are read. Without it no recording is read.
    """
    if not settings.isolated:
        make = None if transcriber is None else partial(_made_by, transcriber)
        return build_in_process_reader(settings.limits, make)
    from ingest.isolation.reader import IsolatedReader

    return IsolatedReader(settings.limits, transcriber=transcriber)


def _made_by(name: str) -> Transcriber:
    module, _, function = name.partition(":")
    made: Transcriber = getattr(import_module(module), function)()
    return made


def build_page_drawer(settings: IngestSettings) -> FileReader:
    """What draws pages for `ingest.page_pictures`, with the same protection as `build_reader`."""
    if not settings.isolated:
        from ingest.loaders.page_drawing import PageDrawer

        return PageDrawer()
    from ingest.isolation.reader import IsolatedReader

    return IsolatedReader(settings.limits, factory="ingest.loaders.page_drawing:build_page_drawer")


def _model(settings: EmbedderSettings, resolve: Resolve, cache_folder: Path) -> _Model:
    name = settings.model or DEFAULT_EMBEDDER
    query, document = settings.query_prefix, settings.document_prefix
    path = resolve(name)
    folder = read_model_folder(path)
    return _Model(
        folder,
        EmbedderIdentity(
            # A folder's path has to hold from anywhere; an id stays what it is.
            model=_absolute(name) if path == Path(name).expanduser() else name,
            weights_sha256=weights_sha256(path, cache_folder),
            dimension=folder.dimension,
            query_prefix=folder.query_prefix if query is None else query,
            document_prefix=folder.document_prefix if document is None else document,
        ),
    )


def _absolute(folder: str) -> str:
    return str(Path(folder).expanduser().absolute())


def _hashing(settings: EmbedderSettings) -> HashingEmbedder:
    if settings.query_prefix or settings.document_prefix:
        raise IngestError("The hashing embedder takes no prefixes. Leave them out, or name a model.")
    return HashingEmbedder()


def _fastest(name: str, model: _Model, cache_folder: Path) -> Embedder:
    if _cuda_works():
        _LOGGER.info("%s is run by sentence-transformers: there is a CUDA device", name)
        return _sentence_transformers(model, "cuda")
    reason = _reason_against_openvino(model.folder)
    if reason is None:
        try:
            embedder = _openvino(model, cache_folder)
        except ConversionFailed as error:
            reason = str(error)
        except (ImportError, RuntimeError) as error:  # RuntimeError: OpenVINO cannot take the model
            reason = f"{type(error).__name__}: {error}"
        else:
            _LOGGER.info("%s is run by OpenVINO: there is no CUDA device", name)
            return embedder
    _LOGGER.warning("%s is run by sentence-transformers on the processor, which is slower: %s", name, reason)
    return _sentence_transformers(model, "cpu")


def _reason_against_openvino(folder: ModelFolder) -> str | None:
    if find_spec("openvino") is None:
        return "the package openvino is not installed"
    if folder.pooling is None:
        return (
            "the model pools its tokens in a way, or has layers after that, which only sentence-transformers "
            "follows"
        )
    return None


def _cuda_works() -> bool:
    """Whether torch can use a CUDA device.

    Without a trace of one torch is not asked: importing it takes seconds.
    """
    if shutil.which("nvidia-smi") is None and not any(device.exists() for device in _NVIDIA_DEVICES):
        return False
    import torch

    if torch.cuda.is_available():
        return True
    _LOGGER.warning("There is an NVIDIA device here, but torch %s cannot use it", torch.__version__)
    return False


def _openvino(model: _Model, cache_folder: Path) -> Embedder:
    from ingest.embedding.openvino import OpenVinoEmbedder

    return OpenVinoEmbedder(model.folder, model.identity, cache_folder)


def _sentence_transformers(model: _Model, device: str) -> Embedder:
    from ingest.embedding.sentence_transformers import SentenceTransformersEmbedder

    return SentenceTransformersEmbedder(model.folder, model.identity, device)
