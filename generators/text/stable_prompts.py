"""The beginnings that all prompts share, evaluated once for all processes.

Only what a prompt template says before the first question is kept here: instructions and examples, which are
the program's own. No passage, question or answer is ever written.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Sequence

from generators.text.llama_library import build_fingerprint
from generators.text.llama_model import LlamaModel
from generators.text.prompt_tokens import Block
from generators.text.state_files import StateFiles

_LOGGER = logging.getLogger(__name__)

#: Raise it when a state means something else than before.
_FORMAT = 1


class StablePrompts:
    """What evaluating a beginning came to, under a key of all that decides it.

    That is the weights, the build of llama.cpp, how the context was opened, and the tokens in their blocks: a
    restored beginning is continued as an evaluated one is, to the last bit.
    """

    def __init__(self, files: StateFiles, weights_sha256: Callable[[], str]) -> None:
        """`weights_sha256` may raise OSError; nothing is kept or found then."""
        self._files = files
        self._weights_sha256 = weights_sha256

    def find(self, model: LlamaModel, blocks: Sequence[Block], context_tokens: int) -> bytes | None:
        """For `model.restore_memory`, which then holds just these blocks; None where they are not kept."""
        key = self._key(model, blocks, context_tokens)
        return self._files.read(key) if key else None

    def keep(self, model: LlamaModel, blocks: Sequence[Block], context_tokens: int) -> None:
        """Keep what the model holds, which must be just these blocks."""
        if key := self._key(model, blocks, context_tokens):
            self._files.write(key, model.dump_memory())

    def _key(self, model: LlamaModel, blocks: Sequence[Block], context_tokens: int) -> str | None:
        try:
            facts = [
                _FORMAT,
                self._weights_sha256(),
                build_fingerprint(),
                [context_tokens, model.batch_tokens, model.gpu_layers],
                blocks,
            ]
        except OSError as error:
            _LOGGER.info("The prompt's beginning is not kept: %s", error)
            return None
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
