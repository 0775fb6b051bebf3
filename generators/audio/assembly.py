"""From settings to voices, ears and players: the only module here that names their classes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from generators.audio.protocol import Speaker
from generators.audio.settings import MusicSettings, SpeechSettings, TranscriptionSettings
from generators.errors import ModelUnusable
from generators.loading import loaded
from machine import MachineBudget, MemoryBroker, Need, Residence, gpu_pool

if TYPE_CHECKING:
    from generators.audio.music import MusicMaker
    from generators.audio.transcription import Transcriber

_WORKING_FACTOR = 2
_HIBARI_BYTES = 180_000_000  # so much a process grew by; a third of it goes again with the voice
_MUSIC = "`musicgen:<folder, or owner/name on the hub>`, `scripted`"
_KNOWN = "`hibari`, `hibari:<voice>`, `piper:<model id or path to a .onnx file>`, `vits:<folder>`, `scripted`"


def build_speaker(settings: SpeechSettings, resolve: Callable[[str], Path]) -> Speaker:
    """The voice that the settings name; its model is loaded when it is first needed.

    `resolve` gives the file of a catalogued model's id. Raises ModelUnusable for a voice nobody knows, and
    whatever `resolve` raises.
    """
    kind, _, detail = settings.voice.partition(":")
    if kind == "hibari":
        from generators.audio.hibari import DEFAULT_VOICE, HibariSpeaker

        return HibariSpeaker(detail or DEFAULT_VOICE)
    if kind == "piper" and detail:
        from generators.audio.piper import PiperSpeaker

        return PiperSpeaker(_path(detail, resolve), id=settings.voice)
    if kind == "vits" and detail:
        from generators.audio.vits import VitsSpeaker

        return VitsSpeaker(Path(detail).expanduser(), id=settings.voice)
    if settings.voice == "scripted":
        from generators.audio.scripted import ToneSpeaker

        return ToneSpeaker()
    raise ModelUnusable(f"There is no voice {settings.voice!r}. The voices are: {_KNOWN}.")


def build_transcriber(settings: TranscriptionSettings, resolve: Callable[[str], Path]) -> Transcriber:
    """What writes down speech; its model is loaded when it is first needed. Raises whatever `resolve`
    raises."""
    from generators.audio.whisper import WhisperTranscriber

    return WhisperTranscriber(
        resolve(settings.model), id=settings.model, language=settings.language, threads=settings.threads
    )


def open_speaker(settings: SpeechSettings, resolve: Callable[[str], Path], broker: MemoryBroker) -> Speaker:
    """As `build_speaker`, with its model in memory only as long as there is room for it.

    What is asked for twice is loaded once.
    """
    described = build_speaker(settings, resolve)
    if settings.voice == "scripted":
        return described
    from generators.audio.resident import ResidentSpeaker

    residence: Residence[Speaker] = broker.residence(
        ("voice", settings.voice, _voice_file(settings, resolve)),
        f"the voice {settings.voice}",
        lambda: [speaker_need(settings, resolve)],
        lambda: loaded(build_speaker(settings, resolve), lambda speaker: speaker.sample_rate),
        lambda speaker: speaker.close(),
    )
    return ResidentSpeaker(residence, described)


def open_transcriber(
    settings: TranscriptionSettings, resolve: Callable[[str], Path], broker: MemoryBroker
) -> Transcriber:
    """As `build_transcriber`, with its model in memory only as long as there is room for it."""
    from generators.audio.resident import ResidentTranscriber

    folder = resolve(settings.model)
    residence: Residence[Transcriber] = broker.residence(
        ("transcriber", settings, folder),
        f"the transcriber {settings.model}",
        lambda: [transcriber_need(settings, resolve)],
        lambda: build_transcriber(settings, resolve),
        lambda transcriber: transcriber.close(),
    )
    return ResidentTranscriber(residence, settings.model)


def speaker_need(settings: SpeechSettings, resolve: Callable[[str], Path]) -> Need:
    """What the voice takes of memory: its weights, and as much again to compute with."""
    file = _voice_file(settings, resolve)
    if file is not None:
        return Need(_WORKING_FACTOR * _size_bytes(file))
    return Need(_HIBARI_BYTES if settings.voice.startswith("hibari") else 0)


def _voice_file(settings: SpeechSettings, resolve: Callable[[str], Path]) -> Path | None:
    """The file or folder of its model; None where that lies in a package."""
    kind, _, detail = settings.voice.partition(":")
    if kind == "piper":
        return _path(detail, resolve)
    return Path(detail).expanduser() if kind == "vits" else None


def transcriber_need(settings: TranscriptionSettings, resolve: Callable[[str], Path]) -> Need:
    """What it takes of memory: its weights, and as much again to compute with."""
    return Need(_WORKING_FACTOR * _size_bytes(resolve(settings.model)))


def _size_bytes(place: Path) -> int:
    files = [place] if place.is_file() else list(place.glob("*"))
    return sum(file.stat().st_size for file in files if file.is_file())


def build_music_maker(settings: MusicSettings) -> MusicMaker:
    """The engine that the settings name; its model is looked for and loaded when first needed.

    Raises ModelUnusable for an engine nobody knows.
    """
    kind, _, name = settings.model.partition(":")
    if kind == "musicgen" and name:
        from generators.audio.musicgen import MusicgenMaker

        return MusicgenMaker(name, device=settings.device, fetch=settings.fetch)
    if settings.model == "scripted":
        from generators.audio.scripted_music import ToneMusicMaker

        return ToneMusicMaker()
    from generators.audio.known_music_models import how_to_get_a_music_model

    raise ModelUnusable(
        f"There is no music engine {settings.model!r}. The engines are: {_MUSIC}.\n"
        f"{how_to_get_a_music_model()}"
    )


def open_music_maker(settings: MusicSettings, broker: MemoryBroker) -> MusicMaker:
    """As `build_music_maker`, with its model in memory only as long as there is room for it.

    What is asked for twice is loaded once.
    """
    described = build_music_maker(settings)
    if settings.model == "scripted":
        return described
    from generators.audio.resident import ResidentMusicMaker

    residence: Residence[MusicMaker] = broker.residence(
        ("music", settings),
        f"the music model {described.id}",
        lambda: [music_need(settings)],
        lambda: loaded(build_music_maker(settings), lambda maker: maker.longest_seconds),
        lambda maker: maker.close(),
    )
    return ResidentMusicMaker(residence, described.id)


def music_need(settings: MusicSettings) -> Need:
    """What the model takes of memory. Raises as loading it does where it is missing."""
    kind, _, name = settings.model.partition(":")
    if kind != "musicgen":
        return Need(0)
    from generators.audio.musicgen_files import find_musicgen
    from generators.audio.musicgen_loading import musicgen_need

    files = find_musicgen(name, fetch=settings.fetch)
    return musicgen_need(files, settings.device, MachineBudget().capacity_bytes(gpu_pool()))


def music_weights_sha256(settings: MusicSettings, cache_folder: Path) -> str | None:
    """What identifies the weights of the model that the settings name; None for the one without.

    Remembered in the cache folder. Raises ModelUnusable and HubUnreachable.
    """
    kind, _, name = settings.model.partition(":")
    if kind != "musicgen":
        return None
    from generators.audio.musicgen_files import find_musicgen

    return find_musicgen(name, fetch=settings.fetch).sha256(cache_folder)


def _path(name: str, resolve: Callable[[str], Path]) -> Path:
    """A name that looks like a path is one; all others are ids."""
    looks_like_path = name.endswith(".onnx") or "/" in name or "\\" in name
    return Path(name).expanduser() if looks_like_path else resolve(name)
