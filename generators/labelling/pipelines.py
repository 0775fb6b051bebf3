"""Classifiers and taggers of the BERT kind, run by transformers' own pipelines."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

from generators.errors import GenerationFailed, ModelUnusable, RequestUnusable
from generators.labelling.protocol import (
    KINDS,
    Classification,
    Entity,
    gathered,
    go_on_unless,
    require_choice,
)
from generators.text.transformers_files import ModelFiles, ModelKind

#: Tokens that are read at once, where the model could take more; and those that neighbours share.
_LONGEST_WINDOW_TOKENS = 512
_STRIDE_TOKENS = 32
#: RoBERTa's kind counts positions from behind its padding: so many fewer hold a token.
_POSITIONS_NOT_USED = 2
#: A long text is tagged in such stretches, so that it can be stopped between them.
_STRETCH_CHARACTERS = 4000
_STRETCH_ENDS = (
    re.compile(r".*\n", re.DOTALL),
    re.compile(r".*[.!?]\s", re.DOTALL),
    re.compile(r".*\s", re.DOTALL),
)
_HYPOTHESIS = "This text is about {}."
_ENTAILMENT = "entail"
#: What models call the kinds of names, in this project's words.
_KIND_NAMES = {
    "per": "person", "pers": "person", "person": "person",
    "org": "organisation", "organization": "organisation", "organisation": "organisation",
    "loc": "place", "location": "place", "gpe": "place", "fac": "place", "place": "place",
    "date": "date", "money": "amount", "percent": "amount", "quantity": "amount", "amount": "amount",
}  # fmt: skip


class _Pipeline:
    """One of transformers' pipelines over a folder, loaded when it is first asked."""

    _kind: ModelKind
    _wanted: str

    def __init__(self, files: ModelFiles, *, id: str, gpu: bool = True) -> None:
        """`gpu`: whether one may be used. Raises ModelUnusable for a model of another kind."""
        if files.kind != self._kind:
            raise ModelUnusable(f"{files.folder} holds no {self._wanted}. Name another folder.")
        self.id = id
        self.files = files
        self._may_use_gpu = gpu
        self._lock = threading.Lock()
        self._opened: tuple[Any, Any] | None = None
        self._closed = False

    def another(self) -> Self:
        """One over the same files, not loaded."""
        return type(self)(self.files, id=self.id, gpu=self._may_use_gpu)

    def load(self) -> None:
        """Have the model in memory now. Raises ModelUnusable, GenerationFailed after `close`."""
        self._model_and_tokenizer()

    def close(self) -> None:
        self._closed = True
        with self._lock:
            self._opened = None

    def _model_and_tokenizer(self) -> tuple[Any, Any]:
        from generators.text.torch_weights import has_gpu, open_weights
        from generators.text.transformers_vocabulary import open_tokenizer

        with self._lock:
            if self._closed:
                raise GenerationFailed("This model was closed. Open it anew.")
            if self._opened is None:
                tokenizer = open_tokenizer(self.files.folder)
                if not tokenizer.is_fast:
                    raise ModelUnusable(
                        f"The tokenizer in {self.files.folder} does not say where its tokens stand. The "
                        "folder needs tokenizer.json."
                    )
                # A document that spells "[SEP]" has not ended.
                tokenizer.split_special_tokens = True
                trained = self.files.trained_context_tokens or _LONGEST_WINDOW_TOKENS + _POSITIONS_NOT_USED
                tokenizer.model_max_length = min(
                    tokenizer.model_max_length, _LONGEST_WINDOW_TOKENS, trained - _POSITIONS_NOT_USED
                )
                model = open_weights(self.files, on_gpu=self._may_use_gpu and has_gpu())
                self._opened = model, tokenizer
            return self._opened

    def _ask(self, task: str, given: str, made_with: dict[str, Any], **options: Any) -> Any:
        """What that pipeline says of it. Raises ModelUnusable, GenerationFailed."""
        from transformers import pipeline

        model, tokenizer = self._model_and_tokenizer()
        asked = pipeline(task, model=model, tokenizer=tokenizer, device=model.device, **made_with)
        try:
            return asked(given, **options)
        except RuntimeError as error:
            raise GenerationFailed(f"torch stopped while reading the text: {error}.") from error


class PipelineClassifier(_Pipeline):
    """A Classifier over a text classification model: with its own labels, or any where it knows inference.

    A model for natural-language inference is asked whether a text entails that it is about each label (Yin
    and others, 2019, https://arxiv.org/abs/1909.00161).
    """

    _kind = "classifier"
    _wanted = "text classification model"

    def classify(
        self, text: str, labels: Sequence[str], *, cancelled: Callable[[], bool] = lambda: False
    ) -> Classification:
        """Raises ValueError, RequestUnusable for labels that it lacks, ModelUnusable, GenerationFailed."""
        require_choice(labels)
        go_on_unless(cancelled)
        model, tokenizer = self._model_and_tokenizer()
        own = [str(label) for label in model.config.id2label.values()]
        if any(label.casefold().startswith(_ENTAILMENT) for label in own):
            # What it is compared with is put into the template by `str.format`.
            found = self._ask("zero-shot-classification", text, {}, candidate_labels=list(labels),
                              hypothesis_template=_HYPOTHESIS) if text.strip() else {}  # fmt: skip
            longest = max((_HYPOTHESIS.format(label) for label in labels), key=len)
            read = _characters_read(tokenizer, text, longest)
            if not found:
                return Classification(labels[0], None, 0)
            return Classification(found["labels"][0], float(found["scores"][0]), read)
        known = {label.casefold() for label in own}
        if unknown := [label for label in labels if label.casefold() not in known]:
            raise RequestUnusable(
                f"The model in {self.files.folder} has the labels {', '.join(own)}, and not: "
                f"{', '.join(unknown)}. Give those, or name a model for natural-language inference, which "
                "takes any."
            )
        scores = self._ask("text-classification", text, {}, top_k=None, truncation=True)
        likely = {one["label"].casefold(): float(one["score"]) for one in scores}
        best = max(labels, key=lambda label: likely[label.casefold()])
        return Classification(best, likely[best.casefold()], _characters_read(tokenizer, text))


class PipelineEntityFinder(_Pipeline):
    """An EntityFinder over a token classification model: names stand where its tokens stand."""

    _kind = "tagger"
    _wanted = "token classification model"

    def find_entities(
        self, text: str, kinds: Sequence[str] = KINDS, *, cancelled: Callable[[], bool] = lambda: False
    ) -> tuple[Entity, ...]:
        """Raises ValueError, RequestUnusable for kinds of which it knows none, GenerationFailed."""
        if not kinds:
            raise ValueError("Give at least one kind of names.")
        model, _ = self._model_and_tokenizer()
        own = {_kind_of(label) for label in model.config.id2label.values() if label != "O"}
        given = {kind.casefold(): kind for kind in kinds}
        if not own.intersection(given):
            raise RequestUnusable(
                f"The model in {self.files.folder} finds {', '.join(sorted(own))}, and none of: "
                f"{', '.join(kinds)}. Ask for one of those."
            )
        found = self._found(text, cancelled)
        return gathered(text, ((given[kind], start, end) for kind, start, end in found if kind in given))

    def _found(self, text: str, cancelled: Callable[[], bool]) -> Iterator[tuple[str, int, int]]:
        _, tokenizer = self._model_and_tokenizer()
        made_with = {
            "aggregation_strategy": "first",
            "stride": min(_STRIDE_TOKENS, tokenizer.model_max_length // 4),
        }
        for start, end in _stretches(text):
            go_on_unless(cancelled)
            if not text[start:end].strip():
                continue
            for one in self._ask("token-classification", text[start:end], made_with):
                yield _kind_of(one["entity_group"]), start + int(one["start"]), start + int(one["end"])


def _kind_of(label: str) -> str:
    name = re.sub(r"^[BIESLU]-", "", label).casefold()
    return _KIND_NAMES.get(name, name)


def _characters_read(tokenizer: Any, text: str, beside: str | None = None) -> int:
    """As far as the window reaches, with what is read beside the text."""
    read = tokenizer(
        text, beside, truncation="only_first", max_length=tokenizer.model_max_length,
        return_offsets_mapping=True,
    )  # fmt: skip
    parts = read.sequence_ids(0)
    return max(
        (end for (_, end), part in zip(read["offset_mapping"], parts, strict=True) if part == 0), default=0
    )


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """From start to end of each: they end with lines where they can, else with sentences, else words."""
    start = 0
    while start < len(text):
        end = min(len(text), start + _STRETCH_CHARACTERS)
        if end < len(text):
            ends = (ending.match(text, start, end) for ending in _STRETCH_ENDS)
            end = next((match.end() for match in ends if match), end)
        yield start, end
        start = end
