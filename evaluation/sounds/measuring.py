"""Sound files become figures, each by itself and all together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.errors import NothingToMeasure
from evaluation.intervals import bootstrap_intervals
from evaluation.measured import Better, LeftOut, Measured
from evaluation.sounds.levels import SILENCE_DBFS, Levels, levels_of
from evaluation.sounds.reading_back import ReadBack, error_rates, read_back
from evaluation.sounds.samples import SUFFIXES, read_sound
from evaluation.sounds.spoken_words import heard_words
from evaluation.stated_texts import texts_of, unused_names
from generators.audio.sound_files import read_note
from generators.audio.transcription import Transcriber
from generators.errors import SoundUnreadable

#: Below so few files an interval says more of them than of what made them.
FEWEST_FILES = 30


@dataclass(frozen=True, slots=True)
class MeasuredSound:
    """One file. `reading` is None where nobody knows what was to be said, or nobody listened."""

    file: str
    seconds: float
    sample_rate: int
    channels: int
    levels: Levels
    reading: ReadBack | None


@dataclass(frozen=True, slots=True)
class SoundReport:
    """`transcriber` is None where none listened."""

    sounds: tuple[MeasuredSound, ...]
    transcriber: str | None
    figures: tuple[Measured, ...]
    left_out: tuple[LeftOut, ...]
    warnings: tuple[str, ...]


def find_sounds(places: Sequence[Path]) -> tuple[tuple[str, Path], ...]:
    """(name, path) of the files that are named and all sounds in named folders, but hidden ones. Raises
    NothingToMeasure.

    A name is the path within the one folder or of the one file that was named; of several places, the whole.
    """
    found: list[tuple[str, Path]] = []
    alone = len(places) == 1
    for place in places:
        if place.is_file():
            found.append((place.name if alone else place.as_posix(), place))
        elif place.is_dir():
            found += [
                ((path.relative_to(place) if alone else path).as_posix(), path)
                for path in sorted(place.rglob("*"))
                if path.suffix.lower() in SUFFIXES
                and path.is_file()
                and not any(part.startswith(".") for part in path.relative_to(place).parts)
            ]
        else:
            raise NothingToMeasure(f"There is no {place}. Name sound files, or a folder of them.")
    if not found:
        named = ", ".join(str(place) for place in places)
        raise NothingToMeasure(f"There is no sound in {named} ({', '.join(SUFFIXES)}).")
    return tuple(found)


def known_texts(files: Sequence[tuple[str, Path]], texts: Mapping[str, str] | None) -> dict[str, str]:
    """What was to be said in each (name, path) where it is known. Raises as `texts_of`."""
    return texts_of(files, texts, read_note, "speech")


def measure_sounds(
    files: Sequence[tuple[str, Path]],
    *,
    transcriber: Transcriber | None = None,
    texts: Mapping[str, str] | None = None,
    language: str | None = None,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> SoundReport:
    """Levels of all files; and, of those whose text is known, what the transcriber hears beside it.

    `texts` are by file; without them speech that carries its note says its own. `language` None: what the
    transcriber tells, else English. Damaged files are left out and told. Raises NothingToMeasure where none
    can be read, EngineMissing, and what the transcriber raises.
    """
    stated = known_texts(files, texts) if transcriber is not None else {}
    sounds: list[MeasuredSound] = []
    left_out: list[LeftOut] = []
    for number, (name, path) in enumerate(files, start=1):
        try:
            sound = read_sound(path)
            levels = levels_of(sound)
            said = stated.get(name, "")
            reading = None
            if transcriber is not None and heard_words(said, language or "en"):
                reading = _read_back(path, said, transcriber, language, levels)
        except (SoundUnreadable, OSError) as error:
            left_out.append(LeftOut(str(path), str(error)))
        else:
            rate, channels = sound.sample_rate, sound.samples.shape[1]
            sounds.append(MeasuredSound(name, sound.seconds, rate, channels, levels, reading))
        progress(number, len(files))
    if not sounds:
        raise NothingToMeasure(f"None of the {len(files)} sounds can be read: {left_out[0].reason}")
    return SoundReport(
        tuple(sounds),
        transcriber.id if transcriber is not None and stated else None,
        tuple(_figures(sounds, seed)),
        tuple(left_out),
        tuple(_warnings(sounds, [name for name, _ in files], texts, transcriber)),
    )


def _read_back(
    path: Path, said: str, transcriber: Transcriber, language: str | None, levels: Levels
) -> ReadBack | None:
    """In silence nothing is heard, whatever a model makes of it. None where the text holds no word in the
    language that was told: "=" is one in English alone."""
    stretches = [] if levels.is_silent else list(transcriber.transcribe(path))
    told = next((stretch.language for stretch in stretches if stretch.utterances), None)
    heard = " ".join(stretch.text for stretch in stretches if stretch.utterances)
    spoken = language or told or "en"
    return read_back(said, heard, spoken) if heard_words(said, spoken) else None


def _figures(sounds: Sequence[MeasuredSound], seed: int) -> Iterator[Measured]:
    readings = [sound.reading for sound in sounds if sound.reading is not None]
    if readings:
        yield from error_rates(readings, seed)
    levels = [sound.levels for sound in sounds]
    if loudness := [each.loudness_lufs for each in levels if each.loudness_lufs is not None]:
        yield _mean("loudness", loudness, seed, unit="LUFS")
    yield _mean("clipped", [each.clipped_share for each in levels], seed, "lower", share=True)
    yield _mean("leading_silence", [each.leading_silence_share for each in levels], seed, share=True)
    yield _mean("inner_silence", [each.inner_silence_share for each in levels], seed, share=True)
    yield _mean("trailing_silence", [each.trailing_silence_share for each in levels], seed, share=True)
    yield _mean("duration", [sound.seconds for sound in sounds], seed, unit="s")


def _mean(
    name: str,
    values: Sequence[float],
    seed: int,
    better: Better | None = None,
    *,
    share: bool = False,
    unit: str = "",
) -> Measured:
    lowest = None if unit == "LUFS" else 0.0
    low, high = bootstrap_intervals(values, lowest=lowest, highest=None, seed=seed)
    top = min(float(high), 1.0) if share else float(high)
    mean = sum(values) / len(values)
    return Measured(name, mean, len(values), better, float(low), top, unit)


def _warnings(
    sounds: Sequence[MeasuredSound],
    names: Sequence[str],
    texts: Mapping[str, str] | None,
    transcriber: Transcriber | None,
) -> Iterator[str]:
    if 1 < len(sounds) < FEWEST_FILES:
        yield f"Only {len(sounds)} files: the intervals are wide for a reason."
    if len(rates := sorted({sound.sample_rate for sound in sounds})) > 1:
        yield f"The files have {len(rates)} sample rates, {rates[0]:,} to {rates[-1]:,} Hz."
    if silent := [sound.file for sound in sounds if sound.levels.is_silent]:
        yield (
            f"{len(silent):,} of {len(sounds):,} files are silent (below {SILENCE_DBFS:g} dBFS), as "
            f"{silent[0]}."
        )
    if without := sum(sound.levels.loudness_lufs is None for sound in sounds):
        yield f"{without:,} files are silent or shorter than 0.4 s and have no loudness."
    if transcriber is None:
        return
    if unread := sum(sound.reading is None for sound in sounds):
        yield (
            f"Of {unread:,} of {len(sounds):,} files nobody knows what was to be said, so they are not read "
            "back. Speech that Refdesk made carries it; for others give a CSV with the columns file and text."
        )
    if texts is not None and (unused := unused_names(names, texts)):
        yield f"The file of texts names {len(unused):,} sounds that are not there, as {unused[0]}."
