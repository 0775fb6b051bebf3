"""What can go wrong between a question set and its verdict.

    EvaluationError
    ├── QuestionSetInvalid      the set's files are not what they should be; names the lines
    ├── RunNotFound             no run of that name
    ├── RunMismatch             a run of that name exists and was made otherwise
    ├── RunUnfinished           a run was interrupted and is not whole yet
    ├── RunDamaged              a run's files are not what was written
    ├── NotComparable           two runs that do not answer the same questions, or lack the metric asked for
    ├── NothingToCalibrate      the labelled questions cannot decide what was asked of them
    ├── ModelUnfit              the engine cannot draft questions
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


class ModelUnfit(EvaluationError):
    """Names the engine, and what to name instead."""


class NothingToDraft(EvaluationError):
    """Says what is looked for in the documents."""


class DraftsMismatch(EvaluationError):
    """Names what differs, and how to begin anew."""


class DraftingStopped(EvaluationError):
    """Nothing of the attempt is kept; it is made again when the command is."""
