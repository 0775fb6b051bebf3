"""Names and settings become what measures: the only module here that names concrete systems and scorers."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from evaluation.call_cache import CallCache
from evaluation.collection_system import CollectionSystem
from evaluation.datasets import lay_out
from evaluation.errors import EvaluationError, ModelUnfit, QuestionSetInvalid
from evaluation.judging.baselines import Likeness, likenesses
from evaluation.judging.judge import Judge
from evaluation.judging.rubric_file import RUBRICS, load_rubric
from evaluation.judging.trust import LEAST_KAPPA
from evaluation.metrics.answers import AnswerScorer
from evaluation.metrics.costs import CostScorer
from evaluation.metrics.grounding import GroundingScorer
from evaluation.metrics.judged import JudgedScorer
from evaluation.metrics.perplexity import PerplexityScorer
from evaluation.metrics.protocol import Scorer
from evaluation.metrics.refusals import RefusalScorer
from evaluation.metrics.retrieval import Level, RetrievalScorer
from evaluation.metrics.similarity import SimilarityScorer
from evaluation.provenance import model_sha256, reading_sha256
from evaluation.runner import plain_name
from evaluation.types import QuestionSet
from evaluation.variation import setting_values
from generators.assembly import build_likelihood, model_weights_sha256, open_text_generator
from generators.settings import GeneratorSettings
from generators.text.quoting import only_quotes
from ingest.assembly import open_embedder
from ingest.embedding.protocol import Embedder
from ingest.progress import Progress
from ingest.report import IngestReport
from ingest.settings import EmbedderSettings, Engine
from machine import cache_folder, evaluation_folder, memory_broker, resolve
from rag import Collection, Settings, open_collection

#: Settings that decide what a collection holds; the others only how it is asked.
_OF_COLLECTIONS = ("ingest.splitter.", "ingest.embedder.")
#: A judge's prompts are short; a context of its own leaves what the answering model has read where it is.
_JUDGE_CONTEXT_TOKENS = 2048


@dataclass(frozen=True, slots=True)
class Scoring:
    """Which scores are computed. `levels` None: what the gold allows (`gold_levels`).

    `similarity` takes the default embedder, run by `embedder_engine`, whichever one the system searches with:
    runs are measured by one rule. `perplexity` names a language model, None for none. `judge` names an engine
    that judges answers by `rubrics` (shipped ones by name, others by path), None for none: only a person who
    knows what a judge is worth asks for one. It is trusted from `least_kappa` on.
    """

    levels: tuple[Level, ...] | None = None
    cutoffs: tuple[int, ...] = (1, 5, 10)
    answers: bool = False
    similarity: bool = True
    perplexity: str | None = None
    embedder_engine: Engine = "auto"
    judge: str | None = None
    rubrics: tuple[str, ...] = RUBRICS
    least_kappa: float = LEAST_KAPPA


def build_scorers(scoring: Scoring, question_set: QuestionSet) -> tuple[Scorer, ...]:
    """The scorers, models loaded. The caller closes each."""
    levels = gold_levels(question_set) if scoring.levels is None else scoring.levels
    scorers: list[Scorer] = [RetrievalScorer(level, scoring.cutoffs) for level in levels]
    if scoring.answers:
        scorers += [AnswerScorer()]
        if scoring.similarity:
            scorers += [SimilarityScorer(_default_embedder(scoring.embedder_engine))]
        if scoring.perplexity:
            scorers += [
                PerplexityScorer(build_likelihood(scoring.perplexity, _language_model, cache_folder()))
            ]
        if scoring.judge:
            rubrics = [load_rubric(name) for name in scoring.rubrics]
            scorers += [JudgedScorer(build_judge(scoring.judge), rubrics, scoring.least_kappa)]
        scorers += [GroundingScorer(), RefusalScorer()]
    return (*scorers, CostScorer())


def build_judge(engine: str) -> Judge:
    """The engine as a judge; its model is loaded when first needed. The caller closes it.

    Prompts that were read once are found in the cache. Raises ModelUnusable, ModelMissing, and ModelUnfit for
    an engine that only quotes.
    """
    settings = GeneratorSettings(engine=engine, context_tokens=_JUDGE_CONTEXT_TOKENS)
    generator = open_text_generator(settings, _language_model, cache_folder(), memory_broker())
    if only_quotes(generator):
        generator.close()
        raise ModelUnfit(f"The engine {generator.id} only quotes, and so cannot judge. Name one that writes.")
    weights = model_weights_sha256(settings, _language_model, cache_folder())
    identity = f"{engine} {weights or model_sha256(engine, cache_folder())}".strip()
    return Judge(generator, identity, CallCache(cache_folder()))


@contextmanager
def opened_likenesses(embedder_engine: Engine = "auto") -> Iterator[Mapping[str, Likeness]]:
    """What judges without a language model, by name, with the default embedder."""
    with closing(_default_embedder(embedder_engine)) as embedder:
        yield likenesses(embedder)


def gold_levels(question_set: QuestionSet) -> tuple[Level, ...]:
    """Pages where gold names them, documents where some questions' gold names no page."""
    paged = [
        any(place.page_number is not None for place in question.gold)
        for question in question_set.questions
        if question.gold
    ]
    levels: tuple[Level, ...] = ("page",) if any(paged) else ()
    return levels if all(paged) else (*levels, "document")


def collection_of(
    question_set: QuestionSet,
    settings: Settings,
    *,
    progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Collection, IngestReport]:
    """A collection of the set's own documents, as these settings read them; what is there is not read again.

    It lies with the runs, apart from a person's own collections. Raises QuestionSetInvalid where the set
    brings no documents.
    """
    origin = question_set.corpus or question_set.files
    if origin is None:
        raise QuestionSetInvalid(
            f"The question set {question_set.name!r} brings no documents (pdfs/, files/ or corpus.jsonl). "
            "Name the collection to ask with -c."
        )
    name = f"{plain_name(question_set)}-{_short_hash(str(origin.resolve()))}"
    files = lay_out(question_set, evaluation_folder() / "files" / name)
    if files is None:
        raise EvaluationError(f"{origin} is gone.")
    decisive = [
        f"{name}={value}"
        for name, value in setting_values(settings).items()
        if name.startswith(_OF_COLLECTIONS)
    ]
    folder = evaluation_folder() / "collections" / f"{name}-{_short_hash('|'.join(decisive))}"
    _forget_if_read_otherwise(folder)
    collection = open_collection(folder, settings)
    try:
        report = collection.ingest([files], sync=True, progress=progress, cancelled=cancelled)
    except BaseException:
        collection.close()
        raise
    return collection, report


def _forget_if_read_otherwise(folder: Path) -> None:
    """Ingestion passes over unchanged files; what another version of it read would be measured as its own."""
    note = folder.with_name(f"{folder.name}.read-by")
    if folder.is_dir() and (not note.is_file() or note.read_text(encoding="utf-8") != reading_sha256()):
        shutil.rmtree(folder)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(reading_sha256(), encoding="utf-8")


def build_system(collection: Collection) -> CollectionSystem:
    """The collection as a system. It is closed with the system."""
    return CollectionSystem(collection)


def close_all(scorers: Sequence[Scorer]) -> None:
    for scorer in scorers:
        scorer.close()


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def _default_embedder(engine: Engine) -> Embedder:
    return open_embedder(EmbedderSettings(engine=engine), _embedder_folder, cache_folder(), memory_broker())


def _embedder_folder(model: str) -> Path:
    return resolve(model, kind="embedder")


def _language_model(model: str) -> Path:
    return resolve(model, kind="language")
