"""Six questions whose answers tell, to the test alone, whose they are."""

from __future__ import annotations

from evaluation.rating.ratings_file import begin_ratings
from evaluation.rating.tasks import RatedAnswer, RatingItem, RatingTask

HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script> **bold** "
    "[a link](http://evil.example/) ![p](http://evil.example/p.png) $x^2$ :material/home: # Heading"
)


def pairs_task() -> RatingTask:
    """Begun on the disk; the first answer of q3 and the question q4 try to be more than text."""
    return _begun("before--after", "pairs")


def scale_task() -> RatingTask:
    return _begun("after-scale", "scale")


def _begun(name: str, kind: str) -> RatingTask:
    runs = ("before", "after") if kind == "pairs" else ("after",)
    items = []
    for number in range(1, 7):
        answers = tuple(
            RatedAnswer(
                run,
                f"The {run} answer to {number}. {HOSTILE if number == 3 and run == runs[0] else ''}",
                (f"{HOSTILE}.pdf, page 2: “A quote.”",),
            )
            for run in runs
        )
        question = f"Question {number}? {HOSTILE if number == 4 else ''}"
        id = f"q{number}" if kind == "pairs" else f"1/q{number}"
        items.append(RatingItem(id, question, ("gold",), answers))
    task = RatingTask(name, kind, runs, 0, tuple(items))  # type: ignore[arg-type]
    begin_ratings(task)
    return task
