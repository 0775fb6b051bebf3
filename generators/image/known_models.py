"""Models that people draw with, for those who have none yet. None is part of Refdesk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownModel:
    """`gigabytes` of the half-precision weights, roughly. What the model's page says of both counts."""

    id: str
    title: str
    licence: str
    gigabytes: float

    def fetch_command(self, folder: str) -> str:
        """One line for a shell: the half-precision weights, configurations and tokenizer, nothing else."""
        wanted = "'*/*.fp16.safetensors' --include '*.json' --include '*.txt'"
        return f"hf download {self.id} --include {wanted} --local-dir {folder}"


KNOWN_MODELS = (
    KnownModel("segmind/SSD-1B", "half the size of SDXL, 1024x1024", "Apache-2.0", 4.5),
    KnownModel(
        "stabilityai/stable-diffusion-xl-base-1.0", "SDXL, 1024x1024", "CreativeML Open RAIL++-M", 6.9
    ),
    KnownModel("stable-diffusion-v1-5/stable-diffusion-v1-5", "512x512", "CreativeML OpenRAIL-M", 2.7),
    KnownModel("stabilityai/sd-turbo", "1 to 4 steps, 512x512", "Stability AI's own, see its page", 2.6),
    KnownModel("stabilityai/sdxl-turbo", "1 to 4 steps, 512x512", "Stability AI's own, see its page", 6.9),
)


def how_to_get_a_model() -> str:
    """The list in words, and the one command that fetches the first."""
    lines = [
        f"  {model.id} ({model.title}; licence {model.licence}; about {model.gigabytes:g} GB)"
        for model in KNOWN_MODELS
    ]
    first = KNOWN_MODELS[0]
    return "\n".join(
        [
            "Models that can be used:",
            *lines,
            f"Fetch one: {first.fetch_command('models/ssd-1b')}",
            "Then name its folder: --model models/ssd-1b (--image-model in a chat or for a tool). Any Stable "
            "Diffusion 1, 2, XL or Turbo model does.",
        ]
    )
