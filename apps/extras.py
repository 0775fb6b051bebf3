"""The extras: what each adds, the packages it brings, and which of them are here."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

_EXTRAS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ocr": ("reading pictures of pages", ("rapidocr-onnxruntime",)),
    "legacy": ("reading DOC and PPT of Word and PowerPoint 97 to 2003", ("office-oxide",)),
    "adapters": ("adapters of `transformers:` models", ("peft", "accelerate")),
    "openai": ("`langchain:openai:` and servers of its protocol", ("langchain-openai",)),
    "speech": (
        "speaking, writing down speech, FLAC and Ogg",
        ("hibari-tts", "faster-whisper", "soundfile"),
    ),
    "piper": ("Piper's voices", ("piper-tts",)),
    "images": ("drawing", ("diffusers", "accelerate", "peft")),
    "energy": ("the energy of NVIDIA's GPUs", ("nvidia-ml-py",)),
    "eval-images": ("`refdesk eval images`", ("torchmetrics",)),
    "eval-sounds": ("`refdesk eval sounds`", ("jiwer", "pyloudnorm", "soundfile")),
}


@dataclass(frozen=True, slots=True)
class Extra:
    """`packages` are names of distributions with their versions, None for one that is not installed."""

    name: str
    adds: str
    packages: tuple[tuple[str, str | None], ...]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for name, found in self.packages if found is None)

    @property
    def command(self) -> str:
        """What adds it."""
        return f"pip install 'refdesk[{self.name}]'"


def extras() -> tuple[Extra, ...]:
    """All that a user may want, without importing any of them."""
    return tuple(
        Extra(name, adds, tuple((package, installed_version(package)) for package in packages))
        for name, (adds, packages) in _EXTRAS.items()
    )


def installed_version(distribution: str) -> str | None:
    """None where it is not installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
