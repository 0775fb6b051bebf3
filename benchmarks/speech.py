"""Speech read back by speech recognition: word error rate, and seconds of work per second of speech.

    python -m benchmarks.speech [--voice hibari] [--sentences FILE] [--show]

Speaks the fixed sentences of tests/generators/audio/sentences.txt one by one, and lets faster-whisper write
them down. A word is wrong where it was left out, put in or changed, once both texts are written out in words
(`evaluation.sounds.spoken_words`); the rate is errors over words spoken, of all sentences together. Work is
the time that speaking and writing the files took, once a word had been spoken to load the voice.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.machine_facts import machine_facts
from evaluation.sounds.reading_back import read_back
from generators.audio.assembly import build_speaker, build_transcriber
from generators.audio.settings import SpeechSettings, TranscriptionSettings
from generators.audio.speech import speak
from machine import resolve, usable_cores

_SENTENCES = Path(__file__).parent.parent / "tests" / "generators" / "audio" / "sentences.txt"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--voice", default="hibari")
    parser.add_argument("--sentences", type=Path, default=_SENTENCES)
    parser.add_argument("--show", action="store_true", help="print the sentences that were misheard")
    asked = parser.parse_args()
    print(machine_facts()["machine"])
    settings = SpeechSettings(voice=asked.voice)
    speaker = build_speaker(settings, lambda id: resolve(id, kind="voice"))
    transcriber = build_transcriber(
        TranscriptionSettings(threads=usable_cores()), lambda id: resolve(id, kind="transcriber")
    )
    list(speaker.speak("Loaded."))
    errors = words = 0
    work = seconds = 0.0
    sentences = [line for line in asked.sentences.read_text(encoding="utf-8").splitlines() if line.strip()]
    with tempfile.TemporaryDirectory(prefix="refdesk-speech-") as folder:
        for number, sentence in enumerate(sentences):
            path = Path(folder) / f"{number}.wav"
            started = time.perf_counter()
            seconds += speak(sentence, path, settings, speaker=speaker).seconds
            work += time.perf_counter() - started
            text = " ".join(stretch.text for stretch in transcriber.transcribe(path))
            reading = read_back(sentence, text)
            errors, words = errors + reading.word_errors, words + reading.words
            if reading.word_errors and asked.show:
                print(f"  {reading.word_errors}: {sentence}\n     {text}")
    print(f"voice {speaker.id}, heard by {transcriber.id}")
    print(f"word error rate: {errors / words:.1%} ({errors} of {words} words in {len(sentences)} sentences)")
    print(f"seconds of work per second of speech: {work / seconds:.3f} ({work:.1f} s for {seconds:.1f} s)")


if __name__ == "__main__":
    main()
