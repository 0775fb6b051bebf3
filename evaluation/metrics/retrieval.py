"""How well the search ranked what holds the answer, by document, page or chunk; computed by trec_eval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

from evaluation.metrics.quotations import holds
from evaluation.types import Metric, Outcome, Question, Retrieval

Level = Literal["document", "page", "chunk"]

#: Our name, the title, and trec_eval's name.
_MEASURES: Final = (
    ("ndcg", "nDCG", "ndcg_cut"),
    ("map", "MAP", "map_cut"),
    ("mrr", "MRR", "recip_rank"),
    ("recall", "Recall", "recall"),
    ("precision", "Precision", "P"),
    ("hit", "Hit rate", "success"),
)
#: The only one of them that trec_eval does not cut itself.
_UNCUT: Final = "recip_rank"


def chunk_grade(question: Question, document: str, page_number: int, page_end: int, text: str) -> int:
    """The highest grade of the gold that a chunk holds; 0 where it holds none.

    It holds a gold document or page when it is of it, and, where the question names the sentences that
    answer it, only if it holds one of them (`quotations.holds`).
    """
    grade = max(
        (
            gold.grade
            for gold in question.gold
            if gold.document == document
            and (gold.page_number is None or page_number <= gold.page_number <= page_end)
        ),
        default=0,
    )
    if grade <= 0:
        return 0
    sentences = question.gold_sentences
    return grade if not sentences or any(holds(text, sentence) for sentence in sentences) else 0


class RetrievalScorer:
    """nDCG, MAP, MRR, recall, precision and hit rate of the best k items, all 0..1.

    With g(i) the grade of the item at rank i (0 where it is not gold) and R the number of gold items:

    - ndcg@k: sum of g(i) / log2(i + 1) over i <= k, divided by the same sum of the best possible ranking
      (Järvelin and Kekäläinen 2002, https://doi.org/10.1145/582415.582418). The gain is g, as trec_eval has
      it, not 2^g - 1, as in web search.
    - map@k: sum of precision@i over those i <= k that hold gold, divided by R. Over one question this is
      average precision; MAP is its mean. Some divide by min(k, R), which this does not.
    - mrr@k: 1 / (rank of the first gold item), 0 where it is beyond k.
    - recall@k: gold items among the best k / R. Not the hit rate, which is 1 as soon as one is there.
    - precision@k: gold items among the best k / k, also where fewer than k were found.
    - hit@k: 1 where a gold item is among the best k, else 0.

    Formulas: https://github.com/usnistgov/trec_eval. The items are, in order of their first hit, the distinct
    documents, the distinct pages (a chunk over several pages counts as each of them), or the chunks. Defined
    where the question has gold of a grade above 0 at that level: for pages, gold that names a page; for
    chunks, judged ones. A question whose gold is not in the collection scores 0.
    """

    def __init__(self, level: Level, cutoffs: Sequence[int] = (1, 5, 10)) -> None:
        self._level = level
        self._cutoffs = tuple(sorted(set(cutoffs)))
        self._metrics = tuple(
            Metric(f"{level}.{name}@{cutoff}", f"{title}@{cutoff} ({level}s)", "retrieval")
            for name, title, _ in _MEASURES
            for cutoff in self._cutoffs
        )

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return self._metrics

    @property
    def facts(self) -> Mapping[str, str]:
        return {}

    def score(self, question: Question, outcome: Outcome) -> dict[str, float]:
        if outcome.error is not None or outcome.retrieval is None:
            return {}
        if self._level == "chunk":
            return self._score_chunks(question, outcome.retrieval)
        grades = _best_grades(self._gold_items(question))
        if not grades:
            return {}
        ranking = list(dict.fromkeys(self._found_items(outcome.retrieval)))
        return self._evaluate(grades, ranking)

    def close(self) -> None:
        """Nothing is held."""

    def _gold_items(self, question: Question) -> Iterator[tuple[Hashable, int]]:
        for gold in question.gold:
            if self._level == "document":
                yield gold.document, gold.grade
            elif gold.page_number is not None:
                yield (gold.document, gold.page_number), gold.grade

    def _found_items(self, retrieval: Retrieval) -> Iterator[Hashable]:
        for hit in retrieval.hits:
            if self._level == "document":
                yield hit.document
            else:
                for page_number in range(hit.page_number, hit.page_end + 1):
                    yield hit.document, page_number

    def _score_chunks(self, question: Question, retrieval: Retrieval) -> dict[str, float]:
        if retrieval.gold_chunk_grades is None or all(gold.grade <= 0 for gold in question.gold):
            return {}
        found = [
            chunk_grade(question, hit.document, hit.page_number, hit.page_end, hit.text)
            for hit in retrieval.hits
        ]
        # Chunks have no names here: those found are called by their place, those not found count on.
        missed = Counter(retrieval.gold_chunk_grades) - Counter(found)
        grades = _best_grades(enumerate([*found, *missed.elements()]))
        return self._evaluate(grades, range(len(found)))

    def _evaluate(self, grades: Mapping[Hashable, int], ranking: Sequence[Hashable]) -> dict[str, float]:
        """All measures at all cutoffs, each from a run of its own that is cut there.

        `grades` are those above 0. Scores descend by whole numbers: trec_eval orders equal ones by name.
        """
        if not grades or not ranking:
            return {metric.name: 0.0 for metric in self._metrics}
        from pytrec_eval import RelevanceEvaluator

        names = {item: str(number) for number, item in enumerate({**grades, **dict.fromkeys(ranking)})}
        gold = {names[item]: grade for item, grade in grades.items()}
        cuts = [str(cutoff) for cutoff in self._cutoffs]
        run = {
            cut: {names[item]: float(cutoff - place) for place, item in enumerate(ranking[:cutoff])}
            for cut, cutoff in zip(cuts, self._cutoffs, strict=True)
        }
        asked = {
            measure if measure == _UNCUT else f"{measure}.{','.join(cuts)}" for _, _, measure in _MEASURES
        }
        found = RelevanceEvaluator(dict.fromkeys(cuts, gold), asked).evaluate(run)
        return {
            f"{self._level}.{name}@{cut}": float(
                found[cut][measure if measure == _UNCUT else f"{measure}_{cut}"]
            )
            for name, _, measure in _MEASURES
            for cut in cuts
        }


def _best_grades(items: Iterable[tuple[Hashable, int]]) -> dict[Hashable, int]:
    """The highest grade of each item, of those that have one above 0."""
    grades: dict[Hashable, int] = {}
    for item, grade in items:
        if grade > 0:
            grades[item] = max(grade, grades.get(item, 0))
    return grades
