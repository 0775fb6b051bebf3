"""From settings to an image engine: the only module of this package that names their classes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from generators.errors import ModelUnusable
from generators.image.pipeline_files import find_pipeline
from generators.image.protocol import ImageMaker
from generators.image.settings import ImageSettings
from generators.loading import loaded
from machine import MachineBudget, MemoryBroker, Need, Residence, file_sha256, gpu_pool, memory_broker

if TYPE_CHECKING:
    from generators.image.autoencoder import Autoencoder


def build_image_maker(settings: ImageSettings, broker: MemoryBroker | None = None) -> ImageMaker:
    """The engine that the settings name; its model is looked for and loaded when first needed.

    `broker` gives ControlNets their memory; without one, that of this process.
    """
    if settings.model == "scripted":
        from generators.image.scripted import ScriptedImageMaker

        return ScriptedImageMaker()
    if settings.model.endswith(".toml"):
        from generators.image.decoder_maker import DecoderImageMaker

        return DecoderImageMaker(Path(settings.model).expanduser())
    from generators.image.diffusers_maker import DiffusersImageMaker

    return DiffusersImageMaker(settings, broker or memory_broker())


def open_image_maker(settings: ImageSettings, broker: MemoryBroker) -> ImageMaker:
    """As `build_image_maker`, with its model in memory only as long as there is room for it.

    What is asked for twice is loaded once.
    """
    described = build_image_maker(settings, broker)
    if settings.model == "scripted":
        return described
    from generators.image.resident import ResidentImageMaker

    residence: Residence[ImageMaker] = broker.residence(
        ("image", settings),
        f"the image model {described.id}",
        lambda: image_needs(settings),
        lambda: loaded(build_image_maker(settings, broker), lambda maker: maker.capabilities),
        lambda maker: maker.close(),
    )
    return ResidentImageMaker(residence, described.id)


def image_needs(settings: ImageSettings) -> tuple[Need, ...]:
    """What the model takes of memory. Raises as loading it does where it is missing."""
    if settings.model == "scripted":
        return ()
    if settings.model.endswith(".toml"):
        from generators.image.decoder_sidecar import read_sidecar

        weights = read_sidecar(Path(settings.model).expanduser()).weights
        return (Need(2 * sum(file.stat().st_size for file in weights if file.is_file())),)
    from generators.image.pipeline_loading import pipeline_needs, require_diffusers

    files = find_pipeline(settings)
    require_diffusers()
    return pipeline_needs(files, settings, MachineBudget().capacity_bytes(gpu_pool()))


def build_autoencoder(sidecar: Path) -> Autoencoder:
    """The autoencoder that the sidecar describes. Raises ModelUnusable."""
    from generators.image.autoencoder import Autoencoder
    from generators.image.decoder_sidecar import read_sidecar

    about = read_sidecar(sidecar)
    if about.kind != "autoencoder":
        raise ModelUnusable(f"{sidecar} describes a {about.kind}, and an autoencoder is needed.")
    return Autoencoder(about)


def image_weights_sha256(settings: ImageSettings, cache_folder: Path) -> str | None:
    """What identifies the weights of the model that the settings name; None for the one without.

    Of a single file it is the file's sha256; of a folder the sha256 of lines of names and sha256s, sorted by
    name. Remembered in the cache folder. Raises ModelUnusable
    where there is no such model, and EngineMissing.
    """
    from generators.image.pipeline_loading import require_diffusers

    if settings.model == "scripted":
        return None
    if settings.model.endswith(".toml"):
        from generators.image.decoder_sidecar import read_sidecar

        first = read_sidecar(Path(settings.model).expanduser()).weights[0]
        return file_sha256(first, cache_folder) if first.is_file() else None
    files = find_pipeline(settings)
    require_diffusers()  # before gigabytes are read for nothing
    if files.single_file is not None:
        return file_sha256(files.single_file, cache_folder)
    lines = [
        f"{file.relative_to(files.folder).as_posix()} {file_sha256(file, cache_folder)}"
        for file in files.weights
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
