"""A document's text is data: what of it would act on the model or a face, and what is shown instead."""

from rag.neutralising.names import LEFT_OUT_NAME, neutralised_name, neutralised_source
from rag.neutralising.passage import LEFT_OUT, neutralised, without_notes
from rag.neutralising.words import in_words

__all__ = [
    "LEFT_OUT",
    "LEFT_OUT_NAME",
    "in_words",
    "neutralised",
    "neutralised_name",
    "neutralised_source",
    "without_notes",
]
