"""What can be set between a question and its answer. Building these loads nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from generators.settings import GeneratorSettings
from generators.text.protocol import Sampling
from ingest.settings import IngestSettings
from rag.languages import OF_THE_QUESTION, language_codes

#: The dense arm's share where neither settings nor calibration say otherwise. See docs/benchmarks.md.
DEFAULT_DENSE_WEIGHT = 0.5

_SMALLEST_BUDGET = 40
_MOST_CARRIED_BUDGETS = 10.0
_MOST_SPREAD_SHARE = 10.0
_MOST_SECOND_BUDGETS = 20.0
_LONGEST_SYSTEM_PROMPT = 4000

#: What becomes of a sentence that is not supported.
Unsupported = Literal["show", "withdraw", "correct"]


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """How hits are found. `candidates` is how many each arm brings; `dense_weight` is the dense arm's share
    in the convex fusion, 0..1. None: what the collection was calibrated to, else `DEFAULT_DENSE_WEIGHT`.
    `name_weight` is what a document's being named in the question counts beside that; 0: nothing. With
    `fold_repeats`, a chunk that says nothing beyond a better hit is shown as a place more of that one.

    `reranker` reads the `reranked_hits` best beside the question and decides `reranker_weight` (0..1) of
    their score: the folder of a cross-encoder, a reranker's id in the catalogue, or `shared-words`, which
    needs no model and is for tests. None: no reranker."""

    candidates: int = 200
    fusion: Literal["convex", "reciprocal-rank"] = "convex"
    dense_weight: float | None = None
    name_weight: float = 0.4
    fold_repeats: bool = True
    reranker: str | None = None
    reranked_hits: int = 30
    reranker_weight: float = 1.0

    def __post_init__(self) -> None:
        if self.candidates < 1:
            raise ValueError(f"candidates is {self.candidates}; it must be at least 1")
        if self.dense_weight is not None and not 0.0 <= self.dense_weight <= 1.0:
            raise ValueError(f"dense_weight is {self.dense_weight}; it must be from 0 to 1")
        if self.name_weight < 0.0:
            raise ValueError(f"name_weight is {self.name_weight}; it must be at least 0")
        if self.reranked_hits < 1:
            raise ValueError(f"reranked_hits is {self.reranked_hits}; it must be at least 1")
        if not 0.0 <= self.reranker_weight <= 1.0:
            raise ValueError(f"reranker_weight is {self.reranker_weight}; it must be from 0 to 1")


@dataclass(frozen=True, slots=True)
class PassageSettings:
    """What the prompt shows. On a CPU each token costs about 13 ms before the first word comes.

    `token_budget` None means: `cpu_token_budget` or `gpu_token_budget`, by where the model runs. A follow-up
    shows again what was shown before it, which costs next to nothing, and beside that `follow_up_share` of
    the budget; where that would be more than `carried_budgets` budgets before, it begins anew. On a CPU a
    question whose words stand in several places (`rag.spread`) is shown `spread_share` of the budget more,
    and one that the first passages are not found to answer is looked at again with `second_look_budgets`.
    """

    token_budget: int | None = None
    cpu_token_budget: int = 135
    gpu_token_budget: int = 2000
    follow_up_share: float = 0.3
    carried_budgets: float = 2.0
    spread_share: float = 1.0
    second_look_budgets: float = 4.0
    hits: int = 8

    def __post_init__(self) -> None:
        for budget in (self.token_budget, self.cpu_token_budget, self.gpu_token_budget):
            if budget is not None and budget < _SMALLEST_BUDGET:
                raise ValueError(f"a token budget of {budget} shows nothing; the least is {_SMALLEST_BUDGET}")
        if not 0.0 < self.follow_up_share <= 1.0:
            raise ValueError(f"follow_up_share is {self.follow_up_share}; it must be above 0 and at most 1")
        if not 0.0 <= self.carried_budgets <= _MOST_CARRIED_BUDGETS:
            raise ValueError(
                f"carried_budgets is {self.carried_budgets}; it must be from 0, which shows nothing again, "
                f"to {_MOST_CARRIED_BUDGETS:g}"
            )
        if not 0.0 <= self.spread_share <= _MOST_SPREAD_SHARE:
            raise ValueError(
                f"spread_share is {self.spread_share}; it must be from 0, which shows no more, "
                f"to {_MOST_SPREAD_SHARE:g}"
            )
        if not 0.0 <= self.second_look_budgets <= _MOST_SECOND_BUDGETS:
            raise ValueError(
                f"second_look_budgets is {self.second_look_budgets}; it must be from 0, which looks once, "
                f"to {_MOST_SECOND_BUDGETS:g}"
            )
        if self.hits < 1:
            raise ValueError(f"hits is {self.hits}; it must be at least 1")

    def further_tokens(self, accelerated: bool) -> int:
        """What a follow-up may show beside what was shown before."""
        return max(_SMALLEST_BUDGET, round(self.follow_up_share * self.wanted_tokens(accelerated)))

    def carried_tokens(self, accelerated: bool) -> int:
        """What of the question before a follow-up may show again."""
        return round(self.carried_budgets * self.wanted_tokens(accelerated))

    def second_tokens(self, accelerated: bool) -> int:
        """What a second look may show; 0 where there is none, as on a GPU or with a budget that is set."""
        if accelerated or self.token_budget is not None:
            return 0
        return round(self.second_look_budgets * self.cpu_token_budget)

    def wanted_tokens(self, accelerated: bool, *, spread: bool = False) -> int:
        """The budget, by whether a GPU carries the model, and whether a question's words are spread."""
        if self.token_budget is not None:
            return self.token_budget
        if accelerated:
            return self.gpu_token_budget
        return round(self.cpu_token_budget * (1.0 + (self.spread_share if spread else 0.0)))


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """How the answer is written.

    Where the hits' evidence (`rag.evidence`) is below `minimum_evidence`, the question is refused without
    asking the model. None: what the collection was calibrated to; 0 never refuses so. Where what the model
    makes of the prompt (`rag.answerability`) says less than `minimum_answerability`, nothing is written
    either. None: what the collection was calibrated to, else what was found with labelled questions; 0: that
    is left to the model's own words.

    `support_checker` says whether what a sentence cites says it: `signals`, which goes by its words, numbers,
    names and negations; `signals-and-meaning`, which asks the embedder, too; the folder of a model for
    natural-language inference; None: nothing is checked. A sentence that is not supported is shown as such,
    withdrawn, or corrected: the document's own sentence takes its place, by `unsupported`.

    `template` is the name of a prompt template or the path of a file (docs/prompting.md); `system_prompt` is
    added to its rules. `max_tokens` None: what the template says. `answer_language` is `question`, a code of
    ISO 639-1, or None, which leaves it to the model.

    With `calculate`, a number that the question asks to be computed (a change, a sum, an average, a ratio) is
    computed by code from figures of the passages; the model at most writes the arithmetic. With
    `quote_source`, a bare phrase that is supported is followed by the document's sentence that says it.

    From `deadline_seconds` after a question's arrival on nothing more is read or written: what there is by
    then is the answer, and says so. None: it takes as long as it takes. A stretch of the prompt that is being
    read is read to its end, which may be two seconds later.
    """

    template: str = "plain"
    system_prompt: str | None = None
    answer_language: str | None = OF_THE_QUESTION
    max_tokens: int | None = None
    sampling: Sampling = field(default_factory=Sampling)
    history_tokens: int = 400
    minimum_evidence: float | None = None
    minimum_answerability: float | None = None
    support_checker: str | None = "signals"
    unsupported: Unsupported = "show"
    calculate: bool = True
    quote_source: bool = False
    deadline_seconds: float | None = None

    def deadline(self, started: float) -> float | None:
        """The moment from which nothing more is written of a question that came at that one."""
        return None if self.deadline_seconds is None else started + self.deadline_seconds

    def __post_init__(self) -> None:
        if self.unsupported not in get_args(Unsupported):
            raise ValueError(f"unsupported is {self.unsupported!r}; it may be show, withdraw or correct")
        if self.support_checker is None and self.unsupported != "show":
            raise ValueError(f"without a support checker there is nothing to {self.unsupported}")
        for name, least in (
            ("minimum_evidence", self.minimum_evidence),
            ("minimum_answerability", self.minimum_answerability),
        ):
            if least is not None and not 0.0 <= least <= 1.0:
                raise ValueError(f"{name} is {least}; it must be from 0 to 1")
        if self.deadline_seconds is not None and not self.deadline_seconds > 0.0:
            raise ValueError(f"deadline_seconds is {self.deadline_seconds}; it must be above 0")
        if self.max_tokens is not None and self.max_tokens < 1:
            raise ValueError(f"max_tokens is {self.max_tokens}; an answer takes at least 1")
        if self.system_prompt is not None and not self.system_prompt.strip():
            raise ValueError("system_prompt is empty; leave it out, or say what the model is to do")
        if self.system_prompt is not None and len(self.system_prompt) > _LONGEST_SYSTEM_PROMPT:
            raise ValueError(
                f"system_prompt has {len(self.system_prompt):,} characters; it may have "
                f"{_LONGEST_SYSTEM_PROMPT:,}. Longer instructions belong into a template of your own"
            )
        if self.answer_language not in (None, OF_THE_QUESTION, *language_codes()):
            raise ValueError(
                f"answer_language is {self.answer_language!r}; it may be {OF_THE_QUESTION!r} or one of "
                f"{', '.join(language_codes())}"
            )


@dataclass(frozen=True, slots=True)
class OverviewSettings:
    """How documents are read through, for a summary or a list of all there is of something.

    At most `most_pages` pages are read: the most central ones, or those nearest to what is asked for. None:
    `cpu_most_pages` or `gpu_most_pages`, by where the model runs. They are read in pieces of at most
    `piece_tokens` tokens, of each of which at most `notes_tokens` are written.
    """

    most_pages: int | None = None
    cpu_most_pages: int = 40
    gpu_most_pages: int = 2000
    piece_tokens: int = 1200
    notes_tokens: int = 160

    def __post_init__(self) -> None:
        for pages in (self.most_pages, self.cpu_most_pages, self.gpu_most_pages):
            if pages is not None and pages < 1:
                raise ValueError(f"most_pages is {pages}; at least 1 has to be read")
        for tokens in (self.piece_tokens, self.notes_tokens):
            if tokens < _SMALLEST_BUDGET:
                raise ValueError(f"{tokens} tokens hold nothing; the least is {_SMALLEST_BUDGET}")

    def pages_allowed(self, accelerated: bool) -> int:
        """The bound, by whether a GPU carries the model."""
        return self.most_pages or (self.gpu_most_pages if accelerated else self.cpu_most_pages)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything, with sensible defaults."""

    ingest: IngestSettings = field(default_factory=IngestSettings)
    generator: GeneratorSettings = field(default_factory=GeneratorSettings)
    retrieval: RetrievalSettings = field(default_factory=RetrievalSettings)
    passages: PassageSettings = field(default_factory=PassageSettings)
    answer: AnswerSettings = field(default_factory=AnswerSettings)
    overview: OverviewSettings = field(default_factory=OverviewSettings)
