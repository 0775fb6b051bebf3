"""From files to a MusicGen model that plays, without a connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from generators.audio.musicgen_files import MusicgenFiles
from generators.devices import Device, bytes_per_number, chosen_device, free_bytes_of
from generators.errors import EngineMissing, ModelUnusable
from machine import Need, gpu_pool

#: What playing is reckoned to need beside the weights; never measured.
_WORKING_BYTES = 1_000_000_000
_CPU_BYTES, _GPU_BYTES = 4, 2  # of a number: float32 and float16
_TRAINED_PROMPT_TOKENS = 512
_UNLIMITED_TOKENS = 1_000_000  # what a tokenizer says that knows no limit is far beyond


@dataclass(frozen=True, slots=True)
class LoadedMusicgen:
    """The model and what of it decides a call. Codes come in frames, of each codebook one."""

    model: Any
    tokenizer: Any
    device: str
    frame_rate: float
    """Frames a second."""
    sample_rate: int
    delayed_codebooks: int
    """How many codebooks begin one after the other; those of two channels begin in pairs."""
    most_frames: int
    most_prompt_tokens: int


def load_musicgen(files: MusicgenFiles, wanted: Device) -> LoadedMusicgen:
    """The model on its device: float32 on the processor, half precision on a GPU.

    Where the GPU has not the memory, `auto` takes the processor. Raises ModelUnusable, EngineMissing.
    """
    try:
        import torch
        import transformers
    except ImportError as error:
        raise EngineMissing(
            f"Music needs torch and transformers, which cannot be imported here ({error}). Install refdesk "
            "anew."
        ) from error
    transformers.utils.logging.set_verbosity_error()  # no comments between the lines that people read
    transformers.utils.logging.disable_progress_bar()
    device = device_for(files, wanted)
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(files.folder, local_files_only=True)
        model, told = transformers.AutoModelForTextToWaveform.from_pretrained(
            files.folder,
            local_files_only=True,
            use_safetensors=True,
            dtype=torch.float32 if device == "cpu" else torch.float16,
            output_loading_info=True,
        )
    except Exception as error:  # whatever a damaged or foreign file makes of three libraries
        raise ModelUnusable(f"The music model in {files.folder} cannot be loaded: {error}") from error
    if any(".layers." in key for key in told["missing_keys"] if key.startswith("decoder.")):
        raise ModelUnusable(
            f"The weights in {files.folder} are incomplete: some of the decoder's layers are missing. Get "
            "the model again."
        )
    try:
        return _described(model.eval().to(device), tokenizer, device)
    except (RuntimeError, AttributeError, TypeError) as error:  # no memory, or parts of another make
        raise ModelUnusable(f"The music model cannot be used on {device}: {error}") from error


def device_for(files: MusicgenFiles, wanted: Device) -> str:
    """Where the model fits: as wanted, `auto` on the GPU if there. Raises ModelUnusable."""
    numbers = files.weights_bytes / bytes_per_number(files.weights)
    device = chosen_device(wanted)
    if device != "cpu":
        if numbers * _GPU_BYTES + _WORKING_BYTES <= free_bytes_of(device):
            return device
        if wanted != "auto":
            raise _too_large(numbers * _GPU_BYTES, device, "name --device cpu")
    if numbers * _CPU_BYTES > free_bytes_of("cpu"):
        raise _too_large(numbers * _CPU_BYTES, "cpu", "close other programs")
    return "cpu"


def musicgen_need(files: MusicgenFiles, wanted: Device, gpu_bytes: int | None) -> Need:
    """What the model takes: of a GPU of that size if it fits there, else of the machine's memory.

    Raises ModelUnusable.
    """
    numbers = files.weights_bytes / bytes_per_number(files.weights)
    on_gpu = int(numbers * _GPU_BYTES) + _WORKING_BYTES
    fits = gpu_bytes is None or on_gpu <= gpu_bytes or wanted != "auto"
    if chosen_device(wanted) != "cpu" and fits:
        return Need(on_gpu, pool=gpu_pool())
    weights = int(numbers * _CPU_BYTES)
    return Need(weights + _WORKING_BYTES, weights)


def _too_large(needed_bytes: float, device: str, way_out: str) -> ModelUnusable:
    return ModelUnusable(
        f"The music model's weights take {needed_bytes / 1e9:.1f} GB in memory, and "
        f"{free_bytes_of(device) / 1e9:.1f} GB are free on {device}. Take a smaller model, or {way_out}."
    )


def _described(model: Any, tokenizer: Any, device: str) -> LoadedMusicgen:
    decoder, sound = model.decoder.config, model.audio_encoder.config
    delayed = int(decoder.num_codebooks) // int(decoder.audio_channels)
    # The models' own files name the frames that they were trained for; positions may go further.
    named = model.generation_config.max_length or int(decoder.max_position_embeddings) - delayed
    prompt_tokens = int(tokenizer.model_max_length)
    return LoadedMusicgen(
        model=model,
        tokenizer=tokenizer,
        device=device,
        frame_rate=float(sound.sampling_rate) / float(sound.hop_length),
        sample_rate=int(sound.sampling_rate),
        delayed_codebooks=delayed,
        most_frames=int(named),
        most_prompt_tokens=prompt_tokens if prompt_tokens < _UNLIMITED_TOKENS else _TRAINED_PROMPT_TOKENS,
    )
