"""What a listener wrote down beside what was to be said: word and character errors.

An error is a word (or character) left out, put in or changed: Levenshtein's distance, by jiwer. The error
rate of a set is all errors over all that was to be said, so a long text counts for more than a short one, and
where more is put in than was there it passes 1. A listener's own mistakes count as the speaker's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.intervals import bootstrap_intervals
from evaluation.measured import Measured
from evaluation.sounds.spoken_words import heard_words
from generators.errors import EngineMissing


@dataclass(frozen=True, slots=True)
class ReadBack:
    """`said` is what was to be said, `heard` what was written down, as they are; counts are of both as
    `heard_words` has them. Characters include the spaces between words."""

    said: str
    heard: str
    word_errors: int
    words: int
    character_errors: int
    characters: int


def read_back(said: str, heard: str, language: str = "en") -> ReadBack:
    """Errors of one text. Raises EngineMissing, and ValueError for a text without a word."""
    try:
        import jiwer
    except ImportError as error:
        raise EngineMissing(
            f"Word and character error rates need jiwer, which cannot be imported here ({error}). Install it "
            "with `pip install 'refdesk[eval-sounds]'`."
        ) from error
    reference, hypothesis = heard_words(said, language), heard_words(heard, language)
    if not reference:
        raise ValueError(f"{said!r} holds no word that could be heard.")
    expected, written = " ".join(reference), " ".join(hypothesis)
    by_words = jiwer.process_words(expected, written)
    by_characters = jiwer.process_characters(expected, written)
    return ReadBack(
        said,
        heard,
        by_words.substitutions + by_words.deletions + by_words.insertions,
        len(reference),
        by_characters.substitutions + by_characters.deletions + by_characters.insertions,
        len(expected),
    )


def error_rates(readings: Sequence[ReadBack], seed: int = 0) -> tuple[Measured, Measured]:
    """Word and character error rate of at least one text, each over all of them together."""
    words = [(reading.word_errors, reading.words) for reading in readings]
    characters = [(reading.character_errors, reading.characters) for reading in readings]
    return (
        _rate("word_error_rate", words, seed),
        _rate("character_error_rate", characters, seed),
    )


def _rate(name: str, counts: Sequence[tuple[int, int]], seed: int) -> Measured:
    """All errors over all that was said. Its interval is of the mean of r + (e - r n) / mean(n), the ratio
    made linear (Cochran 1977, Sampling Techniques, chapter 6), whose mean over the files is r itself. That
    nothing was misheard in a few files does not mean that nothing ever is: one all wrong counts as seen."""
    errors, lengths = (sum(column) for column in zip(*counts, strict=True))
    rate, mean_length = errors / lengths, lengths / len(counts)
    linear = [rate + (error - rate * length) / mean_length for error, length in counts]
    low, high = bootstrap_intervals(linear, lowest=0.0, highest=max(1.0, *linear), seed=seed)
    return Measured(name, rate, len(counts), "lower", float(low), float(high))
