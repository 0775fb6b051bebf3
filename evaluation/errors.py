"""What can go wrong between a question set and its verdict.

    EvaluationError
    ├── QuestionSetInvalid      the set's files are not what they should be; names the lines
    ├── RunNotFound             no run of that name
    ├── RunMismatch             a run of that name exists and was made otherwise
    ├── RunUnfinished           a run was interrupted and is not whole yet
    ├── RunDamaged              a run's files are not what was written
    ├── NotComparable           two runs that do not answer the same questions, or lack the metric asked for
    ├── NothingToCalibrate      the labelled questions cannot decide what was asked of them
    ├── NothingToMeasure        too few pictures or sounds that can be read for any number
    ├── TextsInvalid            a file that says what pictures show or sounds say is not what it should be
    ├── NothingToRate           the runs hold no answers that people could rate
    ├── RatingsNotFound         no ratings of that name
    ├── RatingsMismatch         ratings of that name exist and are of other answers
    ├── RatingsDamaged          a rating's files are not what was written
    ├── RubricUnusable          a judge's rubric is not there, or not what one must be
    ├── NothingToJudge          the labelled answers cannot show what a judge is worth
    ├── ModelUnfit              the engine only quotes: it can neither draft questions nor judge
    ├── NothingToDraft          the collection has no sentence that a question could be about
    ├── DraftsMismatch          a set was begun with something else, or its files are not what was written
    └── DraftingStopped         Ctrl-C came while the model was writing

Errors of the packages below (`RagError`, `IngestError`, `GeneratorError`, `MachineError`) pass through.
"""

from __future__ import annotations


class EvaluationError(Exception):
    """Root of every error this package raises on purpose."""


class QuestionSetInvalid(EvaluationError):
    """Names the file, the lines, and what was expected there."""


class RunNotFound(EvaluationError):
    """Names some runs that are there."""


class RunMismatch(EvaluationError):
    """Names what differs, and how to make a run of another name."""


class RunUnfinished(EvaluationError):
    """Says how much is there, and the command that goes on."""


class RunDamaged(EvaluationError):
    """Names the folder."""


class NotComparable(EvaluationError):
    """Says which questions or metrics stand on one side only."""


class NothingToCalibrate(EvaluationError):
    """Says which questions are needed, and how many."""


class NothingToMeasure(EvaluationError):
    """Says what was found where, and what is needed."""


class TextsInvalid(EvaluationError):
    """Names the file and the line."""


class NothingToRate(EvaluationError):
    """Says what the runs lack."""


class RatingsNotFound(EvaluationError):
    """Names some ratings that are there."""


class RatingsMismatch(EvaluationError):
    """Says what differs, and how to begin others."""


class RatingsDamaged(EvaluationError):
    """Names the file, and the line where there is one."""


class RubricUnusable(EvaluationError):
    """Names the rubric and what is wrong with it."""


class NothingToJudge(EvaluationError):
    """Says what the labelled answers lack."""


class ModelUnfit(EvaluationError):
    """Names the engine, and what to name instead."""


class NothingToDraft(EvaluationError):
    """Says what is looked for in the documents."""


class DraftsMismatch(EvaluationError):
    """Names what differs, and how to begin anew."""


class DraftingStopped(EvaluationError):
    """Nothing of the attempt is kept; it is made again when the command is."""
