"""Settings become objects: the only place in this package that chooses concrete parts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from generators.assembly import (
    model_weights_sha256,
    open_text_generator,
)
from generators.labelling import assembly as labelling
from generators.labelling.protocol import Classifier, EntityFinder
from generators.text.protocol import TextGenerator
from ingest.assembly import (
    build_page_drawer,
    build_reader,
    build_splitter,
    following,
    identity_of,
    open_embedder,
)
from ingest.embedding.protocol import Embedder, EmbedderIdentity
from ingest.errors import StoreError
from ingest.file_reader import FileReader
from ingest.settings import EmbedderSettings
from ingest.splitting import Splitter
from machine import ResidentModel, cache_folder, memory_broker, resolve
from rag.answerability.judge import AnswerabilityJudge, load_head
from rag.prompting import Prompting
from rag.prompts import Template, load_template
from rag.refusal import MODEL_REFUSAL
from rag.reranking.assembly import open_reranker, reranker_identity_of
from rag.reranking.protocol import Reranker, RerankerIdentity
from rag.settings import Settings, Unsupported
from rag.support.assembly import (
    SIGNALS_AND_MEANING,
    has_own_model,
    open_support_checker,
    support_checker_identity_of,
)
from rag.support.protocol import CheckerIdentity, SupportChecker
from rag.tasks.classifying import WritingClassifier
from rag.tasks.documents import shown_text
from rag.tasks.entities import WritingEntityFinder

#: What makes the one that listens to recordings: named, for it is made where files are read.
_TRANSCRIBER = "rag.listening:build_transcriber"


class Engines:
    """The models behind a collection, each loaded when it is first needed and kept until `close`."""

    def __init__(
        self, settings: Settings, made_with: Callable[[], EmbedderIdentity | None] = lambda: None
    ) -> None:
        self._settings = settings
        self._made_with = made_with
        self._lock = threading.RLock()
        self._embedder: Embedder | None = None
        self._reranker: Reranker | None = None
        self._generator: TextGenerator | None = None
        self._checker: SupportChecker | None = None
        self._judge: AnswerabilityJudge | None = None
        self._judge_sought = False
        self._closed = False

    def embedder_identity(self) -> EmbedderIdentity:
        """What the embedder will be, without loading it."""
        return identity_of(self._embedder_settings(), _embedder_folder, cache_folder())

    def embedder(self) -> Embedder:
        settings = self._embedder_settings()  # asks the store, which has a lock of its own
        with self._lock:
            self._require_open()
            if self._embedder is None:
                self._embedder = open_embedder(settings, _embedder_folder, cache_folder(), memory_broker())
            return self._embedder

    def load_search(self) -> None:
        """Have what searches in memory now rather than at the first question."""
        _load(self.embedder(), self.reranker())

    def load(self) -> None:
        """Have all of them in memory now, as far as there is room for all."""
        self.load_search()
        self.generator()
        _load(self.support_checker())

    def forget_embedder(self) -> None:
        """Let go of the embedder: the collection was embedded by another."""
        with self._lock:
            if self._embedder is not None:
                self._embedder.close()
            self._embedder = self._checker = None

    def reranker_identity(self) -> RerankerIdentity | None:
        """What the reranker will be, without loading it; None where the settings name none."""
        return reranker_identity_of(self._settings.retrieval.reranker)

    def reranker(self) -> Reranker | None:
        """None where the settings name none. Raises RerankerUnusable, IngestError, MachineError."""
        with self._lock:
            self._require_open()
            if self._reranker is None:
                self._reranker = open_reranker(self._settings.retrieval.reranker, memory_broker())
            return self._reranker

    def support_checker_identity(self) -> CheckerIdentity | None:
        """What a checker with a model of its own will be, without loading it; None for any other."""
        named = self._settings.answer.support_checker
        return None if named is None or not has_own_model(named) else support_checker_identity_of(named)

    def support_checker(self) -> SupportChecker | None:
        """None where the settings name none. Raises CheckerUnusable, IngestError, MachineError."""
        named = self._settings.answer.support_checker
        embedder = self.embedder() if named == SIGNALS_AND_MEANING else None
        with self._lock:
            self._require_open()
            if self._checker is None:
                self._checker = open_support_checker(named, embedder, memory_broker())
            return self._checker

    def judge(self) -> AnswerabilityJudge | None:
        """What tells unanswerable questions from the model's own state; None where none was trained for it.

        That is for other models, other templates, and a template that a system prompt was added to.
        """
        answer = self._settings.answer
        if answer.minimum_answerability == 0.0 or answer.system_prompt is not None:
            return None
        with self._lock:
            if not self._judge_sought:
                self._judge = build_judge(self._settings, self.template())
                self._judge_sought = True
            return self._judge

    def splitter(self) -> Splitter:
        return build_splitter(self._settings.ingest.splitter, self.embedder())

    def reader(self) -> FileReader:
        """What reads files. The caller closes it: it may hold a process."""
        return build_reader(self._settings.ingest, _TRANSCRIBER)

    def page_drawer(self) -> FileReader:
        """What draws pages. The caller closes it: it may hold a process."""
        return build_page_drawer(self._settings.ingest)

    def template(self) -> Template:
        """Raises TemplateUnusable."""
        return load_template(self._settings.answer.template)

    def prompting(self) -> Prompting:
        """Raises TemplateUnusable."""
        return Prompting(self.template(), self._settings.answer)

    def generator(self) -> TextGenerator:
        """The language model; its stable prompt beginning is computed when it is first loaded."""
        with self._lock:
            self._require_open()
            if self._generator is None:
                beginning = self.prompting().stable_messages()  # a template that is none costs no loading
                # An engine that refuses by itself does it in the words that are recognised as a refusal.
                settings = replace(self._settings.generator, refusal_text=MODEL_REFUSAL)
                if self.judge() is not None:
                    settings = replace(settings, layer_outputs=True)
                generator = open_text_generator(settings, _language_model, cache_folder(), memory_broker())
                try:
                    generator.warm(beginning)
                except BaseException:
                    generator.close()
                    raise
                self._generator = generator
            return self._generator

    def _embedder_settings(self) -> EmbedderSettings:
        return following(self._settings.ingest.embedder, self._made_with())

    def _require_open(self) -> None:
        if self._closed:
            raise StoreError("The collection was closed, and its models with it. Open it again.")

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for engine in (self._checker, self._embedder, self._reranker, self._generator):
                if engine is not None:
                    engine.close()
            self._checker = self._embedder = self._reranker = self._generator = None


def _load(*engines: object) -> None:
    for engine in engines:
        if isinstance(engine, ResidentModel):
            engine.load()


def open_generator(settings: Settings) -> TextGenerator:
    """The engine for what is no answer: nothing is prepared, and it is loaded when first used."""
    return open_text_generator(settings.generator, _language_model, cache_folder(), memory_broker())


def open_classifier(settings: Settings) -> Classifier:
    """What tells labels apart: a `pipeline:` model, or the engine that writes answers."""
    own = labelling.open_classifier(settings.generator, memory_broker())
    return own or WritingClassifier(open_generator(settings))


def open_entity_finder(
    settings: Settings, *, of_document: bool = False, told: Callable[[str], None] = lambda _: None
) -> EntityFinder:
    """What finds names: a `pipeline:` model, or the engine that writes answers.

    `of_document`: what it reads are documents, of which an engine that writes is shown what may be shown.
    `told` is called with words where names may be missing.
    """
    if finder := labelling.open_entity_finder(settings.generator, memory_broker()):
        return finder
    shown = shown_text if of_document else str
    return WritingEntityFinder(open_generator(settings), shown, told)


def with_model(settings: Settings, engine: str) -> Settings:
    """The same settings with another engine for answers."""
    return replace(settings, generator=replace(settings.generator, engine=engine))


def with_reranker(settings: Settings, model: str) -> Settings:
    """The same settings with a reranker: a cross-encoder's folder or id, or `shared-words`."""
    return replace(settings, retrieval=replace(settings.retrieval, reranker=model))


def build_judge(settings: Settings, template: Template) -> AnswerabilityJudge | None:
    """What tells unanswerable questions; None where no head is shipped for this model and template."""
    try:
        weights = model_weights_sha256(settings.generator, _language_model, cache_folder())
    except OSError:
        return None  # whoever loads the file says in words that it is not there
    head = None if weights is None else load_head(weights, template.name, template.version)
    return None if head is None else AnswerabilityJudge(head)


def with_unsupported(settings: Settings, unsupported: Unsupported) -> Settings:
    """The same settings with another end for sentences that are not supported."""
    return replace(settings, answer=replace(settings.answer, unsupported=unsupported))


def _embedder_folder(model: str) -> Path:
    return resolve(model, kind="embedder")


def _language_model(model: str) -> Path:
    return resolve(model, kind="language")
