"""What is made from documents rather than from words alone: passages first, then a prompt shaped from them.

The passages are found by the page that a wish names, or by searching; what would act on a model is taken out
of them as for answers (`rag.neutralising`); and what is made says which they were.
"""

from rag.grounded.ground import Ground, cited_sources, source_of

__all__ = ["Ground", "cited_sources", "source_of"]
