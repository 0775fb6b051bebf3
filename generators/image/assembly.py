"""From settings to an image engine: the only module of this package that names their classes."""

from __future__ import annotations

from generators.image.protocol import ImageMaker
from generators.image.settings import ImageSettings


def build_image_maker(settings: ImageSettings) -> ImageMaker:
    """The engine that the settings name; its model is looked for and loaded when first needed."""
    if settings.model == "scripted":
        from generators.image.scripted import ScriptedImageMaker

        return ScriptedImageMaker()
    from generators.image.diffusers_maker import DiffusersImageMaker

    return DiffusersImageMaker(settings)
