"""How llama.cpp draws the next token."""

from __future__ import annotations

import weakref
from typing import Any

from generators.errors import ModelUnusable
from generators.text.llama_library import taken_errors
from generators.text.protocol import Sampling

_PENALTY_LAST_TOKENS = 64
_SEED_MASK = 0xFFFFFFFF


class Sampler:
    """Draws the next token from the last evaluated one's logits."""

    def __init__(
        self,
        library: Any,
        context: Any,
        sampling: Sampling,
        vocabulary_size: int,
        grammar: Any = None,
    ) -> None:
        """`grammar` is one of llama.cpp's samplers, and this one's from now on."""
        self._library = library
        self._context = context
        self._chain = library.llama_sampler_chain_init(library.llama_sampler_chain_default_params())
        self._release = weakref.finalize(self, library.llama_sampler_free, self._chain)
        if grammar is not None:
            self._add(grammar)  # before all others: they must leave something that it allows
        if sampling.repeat_penalty != 1.0:
            self._add(
                library.llama_sampler_init_penalties(
                    vocabulary_size, _PENALTY_LAST_TOKENS, sampling.repeat_penalty, 0.0, 0.0
                )
            )
        if sampling.temperature <= 0.0:
            self._add(library.llama_sampler_init_greedy())
            return
        if sampling.top_k > 0:
            self._add(library.llama_sampler_init_top_k(sampling.top_k))
        if sampling.top_p < 1.0:
            self._add(library.llama_sampler_init_top_p(sampling.top_p, 1))
        if sampling.min_p > 0.0:
            self._add(library.llama_sampler_init_min_p(sampling.min_p, 1))
        self._add(library.llama_sampler_init_temp(sampling.temperature))
        self._add(library.llama_sampler_init_dist(sampling.seed & _SEED_MASK))

    def draw(self) -> int:
        return int(self._library.llama_sampler_sample(self._chain, self._context, -1))

    def close(self) -> None:
        self._release()

    def _add(self, sampler: Any) -> None:
        self._library.llama_sampler_chain_add(self._chain, sampler)


def open_grammar(library: Any, vocabulary: Any, grammar: str) -> Any:
    """The sampler that leaves only tokens with which a text follows the grammar. Raises ModelUnusable."""
    taken_errors()
    sampler = library.llama_sampler_init_grammar(vocabulary, grammar.encode(), b"root")
    if not sampler:
        reason = " ".join(taken_errors()).strip() or "no reason given"
        raise ModelUnusable(
            f"llama.cpp cannot read the grammar: {reason}. It must be GBNF with a rule `root`."
        )
    return sampler
