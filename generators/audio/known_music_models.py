"""Models that people make music with, for those who have none yet. None is part of Refdesk."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownMusicModel:
    """`gigabytes` of the weights, roughly. What the model's page says of licence and size counts."""

    id: str
    title: str
    licence: str
    gigabytes: float

    @property
    def sentence(self) -> str:
        """Name, title, licence and size."""
        return f"{self.id} ({self.title}; licence {self.licence}; about {self.gigabytes:g} GB)"

    def fetch_command(self) -> str:
        """One line for a shell: configurations, tokenizer and safe weights, nothing else."""
        wanted = "'*.safetensors' --include '*.json' --include '*.model'"
        return f"hf download {self.id} --include {wanted} --local-dir {self.folder}"

    @property
    def folder(self) -> str:
        """Where that line puts it."""
        return f"models/{self.id.rpartition('/')[2].lower()}"


_LICENCE = "CC-BY-NC-4.0: not for commercial use"
KNOWN_MUSIC_MODELS = (
    KnownMusicModel("facebook/musicgen-small", "300M, one channel, 30 s", _LICENCE, 2.4),
    KnownMusicModel("facebook/musicgen-medium", "1.5B, one channel, 30 s", _LICENCE, 8),
    KnownMusicModel("facebook/musicgen-large", "3.3B, one channel, 30 s", _LICENCE, 13.7),
    KnownMusicModel("facebook/musicgen-stereo-small", "300M, two channels, 30 s", _LICENCE, 2.4),
)


def how_to_get_a_music_model() -> str:
    """The list in words, and the one command that fetches the first."""
    first = KNOWN_MUSIC_MODELS[0]
    return "\n".join(
        [
            "Models that can be used:",
            *(f"  {model.sentence}" for model in KNOWN_MUSIC_MODELS),
            f"Fetch one: {first.fetch_command()}",
            f"Then name its folder: --model musicgen:{first.folder} (--music-model in a chat or for a tool). "
            "Any MusicGen model that transformers saved does.",
        ]
    )


def not_on_this_machine(name: str) -> str:
    """What is said of a model of the hub that is not here: with licence and size where they are known."""
    known = next((model for model in KNOWN_MUSIC_MODELS if model.id == name), None)
    if known is None:
        return (
            f"There is no folder {name}, and no model of that name on this machine. If the hub has it, "
            f"--fetch gets it.\n"
            f"{how_to_get_a_music_model()}"
        )
    return (
        f"The model {known.sentence} is not on this machine. Get it with --fetch, or with: "
        f"{known.fetch_command()}"
    )
