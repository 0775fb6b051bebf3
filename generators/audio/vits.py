"""VITS voices as transformers keeps them (MMS and the like): a folder with a tokenizer and weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.audio.speaking import ModelSpeaker
from generators.errors import EngineMissing, ModelUnusable

if TYPE_CHECKING:
    from generators.audio.protocol import Samples

_ENGLISH = frozenset({"en", "eng", "en-us", "en-gb", ""})


class VitsSpeaker(ModelSpeaker):
    """A Speaker for such a folder. Its model is the tokenizer and the network."""

    def __init__(self, folder: Path, *, id: str | None = None) -> None:
        super().__init__(id or f"vits:{folder}")
        self._folder = folder

    @property
    def sample_rate(self) -> int:
        _, network = self._loaded()
        return int(network.config.sampling_rate)

    @property
    def weights(self) -> Path | None:
        file = self._folder / "model.safetensors"
        return file if file.is_file() else None

    def _open(self) -> Any:
        return _opened(self._folder)

    def _takes_words(self, model: Any) -> bool:
        tokenizer, _ = model
        return str(getattr(tokenizer, "language", None) or "").lower() in _ENGLISH

    def _say(self, model: Any, sentence: str, speed: float, seed: int) -> Samples:
        import numpy as np
        import torch

        tokenizer, network = model
        inputs = tokenizer(sentence, return_tensors="pt")
        if inputs["input_ids"].shape[-1] < 2:  # not a letter that it knows
            return np.zeros(0, dtype=np.float32)
        network.speaking_rate = network.config.speaking_rate * speed
        with torch.inference_mode(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            sound = network(**inputs).waveform[0]
        said: Samples = sound.clamp(-1.0, 1.0).float().cpu().numpy()
        return said


def _opened(folder: Path) -> tuple[Any, Any]:
    if not (folder / "config.json").is_file():
        raise ModelUnusable(
            f"There is no VITS voice in {folder}: it holds no config.json. Give the folder that transformers "
            "saved it in, or that was downloaded from the hub."
        )
    try:
        from transformers import AutoTokenizer, VitsModel
    except ImportError as error:
        raise EngineMissing(
            f"This voice needs torch and transformers, which cannot be imported here ({error}). Install "
            "refdesk anew."
        ) from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = VitsModel.from_pretrained(folder, local_files_only=True, use_safetensors=True).eval()
    except Exception as error:  # whatever a parser meets in a folder that is no voice
        raise ModelUnusable(
            f"{folder} does not open as a VITS voice: {type(error).__name__}: {error}. Get it anew; its "
            "weights must be in model.safetensors."
        ) from error
    return tokenizer, model
