"""What tools work with: engines that are loaded when first needed, a folder for files, what may be read."""

from __future__ import annotations

import re
import secrets
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from generators.audio.music import MusicMaker
from generators.audio.protocol import Speaker
from generators.audio.settings import MusicSettings, SpeechSettings, TranscriptionSettings
from generators.audio.transcription import Transcriber
from generators.errors import ModelUnusable
from generators.image.protocol import ImageMaker
from generators.image.settings import ImageSettings
from generators.making import Maker
from generators.safety import SafetyGate, open_gate
from generators.settings import GeneratorSettings
from generators.text.protocol import TextGenerator
from machine import cache_folder, data_home, memory_broker, resolve
from rag.collection import Collection
from rag.errors import TaskStopped, ToolCallRefused
from rag.settings import Settings

_LONGEST_NAME = 40
#: Characters of a name that nothing has, in an error.
_LONGEST_SAID = 80
_NO_LETTERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class ToolSettings:
    """Which engines the tools use; making it loads none.

    `image` or `music` None: no model for that is named, and the tool says how to get one. `writer` is for
    texts where no collection brings its own. `readable` are folders whose recordings may be transcribed,
    besides those in the collection.
    """

    image: ImageSettings | None = None
    music: MusicSettings | None = None
    speech: SpeechSettings = field(default_factory=SpeechSettings)
    transcription: TranscriptionSettings = field(default_factory=TranscriptionSettings)
    writer: GeneratorSettings = field(default_factory=GeneratorSettings)
    readable: tuple[Path, ...] = ()


_DEFAULT = ToolSettings()


class Workshop:
    """Where tools work. Several threads may use one. Close it, or use `with`; the collection stays open.

    What is made goes to `folder`, under names that nothing has yet. `cancelled` is asked while a tool works,
    and `heard` is told how far it is: in words, and as a share of the whole where that is known.
    """

    def __init__(
        self,
        folder: Path,
        settings: ToolSettings = _DEFAULT,
        *,
        collection: Collection | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        heard: Callable[[str, float | None], None] = lambda *_: None,
    ) -> None:
        self.folder = folder
        self.settings = settings
        self.cancelled = cancelled
        self.heard = heard
        self._collection = collection
        self._lock = threading.RLock()
        self._image_maker: ImageMaker | None = None
        self._music_maker: MusicMaker | None = None
        self._speaker: Speaker | None = None
        self._transcriber: Transcriber | None = None
        self._writer: TextGenerator | None = None

    @property
    def has_collection(self) -> bool:
        return self._collection is not None

    def go_on(self) -> None:
        """Raises TaskStopped once it is cancelled: for tools whose work cannot be stopped within."""
        if self.cancelled():
            raise TaskStopped("It was stopped before it was done.")

    def collection(self) -> Collection:
        """Raises ToolCallRefused where there is none."""
        if self._collection is None:
            raise ToolCallRefused("No collection of documents is open here. Give a text instead.")
        return self._collection

    def image_maker(self) -> ImageMaker:
        """Whether its own checker looks at pictures stands in the safety settings too.

        Raises ModelUnusable where no model is named, SafetySettingsUnreadable.
        """
        from generators.image import assembly
        from generators.image.known_models import how_to_get_a_model

        if self.settings.image is None:
            raise ModelUnusable(f"No image model is named.\n{how_to_get_a_model()}")
        with self._lock:
            if self._image_maker is None:
                asked = self.settings.image
                checks = asked.check_pictures and self.gate().settings.check_pictures
                self._image_maker = assembly.open_image_maker(
                    replace(asked, check_pictures=checks), memory_broker()
                )
            return self._image_maker

    def image_weights_sha256(self) -> str | None:
        from generators.image import assembly

        image = self.settings.image
        return None if image is None else assembly.image_weights_sha256(image, cache_folder())

    def music_maker(self) -> MusicMaker:
        """Raises ModelUnusable where no model is named."""
        from generators.audio import assembly
        from generators.audio.known_music_models import how_to_get_a_music_model

        if self.settings.music is None:
            raise ModelUnusable(f"No music model is named.\n{how_to_get_a_music_model()}")
        with self._lock:
            if self._music_maker is None:
                self._music_maker = assembly.open_music_maker(self.settings.music, memory_broker())
            return self._music_maker

    def music_weights_sha256(self) -> str | None:
        from generators.audio import assembly

        music = self.settings.music
        return None if music is None else assembly.music_weights_sha256(music, cache_folder())

    def gate(self, maker: Maker = "image") -> SafetyGate:
        """What prompts for this kind pass. Raises SafetySettingsUnreadable."""
        return open_gate(data_home(), maker)

    def speaker(self) -> Speaker:
        from generators.audio import assembly

        with self._lock:
            if self._speaker is None:
                self._speaker = assembly.open_speaker(
                    self.settings.speech, lambda id: resolve(id, kind="voice"), memory_broker()
                )
            return self._speaker

    def transcriber(self) -> Transcriber:
        from generators.audio import assembly

        with self._lock:
            if self._transcriber is None:
                self._transcriber = assembly.open_transcriber(
                    self.settings.transcription,
                    lambda id: resolve(id, kind="transcriber"),
                    memory_broker(),
                )
            return self._transcriber

    def writer(self) -> TextGenerator:
        """The collection's language model, else one of the workshop's own."""
        from rag.assembly import open_generator

        if self._collection is not None:
            return self._collection.writer()
        with self._lock:
            if self._writer is None:
                self._writer = open_generator(Settings(generator=self.settings.writer))
            return self._writer

    def new_file(self, tool: str, words: str, suffix: str) -> Path:
        """A file of the folder that is not there: "draw-brass-telescope-1f0c9e.png". The folder is made.

        Whatever the words are, the name is of small letters, digits and hyphens.
        """
        plain = unicodedata.normalize("NFKD", words).lower().encode("ascii", "ignore").decode()
        slug = _NO_LETTERS.sub("-", plain).strip("-")[:_LONGEST_NAME].strip("-")
        self.folder.mkdir(parents=True, exist_ok=True)
        while True:
            name = "-".join(part for part in (tool, slug, secrets.token_hex(3)) if part)
            place = self.folder / f"{name}{suffix}"
            if not place.exists():
                return place

    def readable_file(self, name: str) -> Path:
        """A recording that may be listened to: in the folder, in a readable one, or in the collection.

        Raises ToolCallRefused, in the same words for a file that is not there and one that is not to be read.
        """
        refused = ToolCallRefused(
            f"There is no recording {name[:_LONGEST_SAID]!r} among the documents, or in a folder that may be "
            "read here."
        )
        if "\0" in name:
            raise refused
        for folder in (self.folder, *self.settings.readable):
            try:
                place = (folder / name).resolve()
                if place.is_relative_to(folder.resolve()) and place.is_file():
                    return place
            except (OSError, RuntimeError) as error:  # a name too long for a file, links that go round
                raise refused from error
        if self._collection is not None:
            paths = [info.path for info in self._collection.documents()]
            meant = [path for path in paths if path == name] or [
                path for path in paths if path.replace("\\", "/").endswith(f"/{name}")
            ]
            if len(meant) == 1 and Path(meant[0]).is_file():
                return Path(meant[0])
        raise refused

    def close(self) -> None:
        with self._lock:
            engines = (
                self._image_maker, self._music_maker, self._speaker, self._transcriber, self._writer,
            )  # fmt: skip
            for engine in engines:
                if engine is not None:
                    engine.close()
            self._image_maker = self._music_maker = self._speaker = self._transcriber = self._writer = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
