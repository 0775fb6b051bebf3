"""One GGUF model in llama.cpp's memory: tokens in, tokens out.

This speaks to llama.h directly rather than through `llama_cpp.Llama`, which points the whole
process's stdout and stderr at /dev/null while it loads quietly, and evaluates a prompt with no
way to stop in between.
"""

from __future__ import annotations

import codecs
import ctypes
import os
import time
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import GenerationFailed, ModelUnusable
from generators.text.llama_layers import LayerReader
from generators.text.llama_library import open_library, taken_errors
from generators.text.llama_lora import apply_lora
from generators.text.llama_sampler import Sampler, open_grammar
from generators.text.protocol import Sampling
from generators.text.threads import ThreadTuner, thread_choices
from machine import usable_cores

#: Tokens evaluated at once. On a processor, 128 is as fast as 512 when it is idle, less hurt than
#: smaller ones when it is not, and is how long a cancelled request goes on. A GPU wants more.
PROCESSOR_BATCH_TOKENS = 128
GPU_BATCH_TOKENS = 512

_SEQUENCE = 0


class LlamaModel:
    """A loaded model with one context. Not safe for two threads at once, but for `tokenize`.

    The weights are mapped from the file, not read into memory, but for those that llama.cpp
    repacks for the processor's matrix instructions.
    """

    def __init__(
        self,
        path: Path,
        *,
        context_tokens: int,
        threads: int | None,
        gpu_layers: int,
        layer_outputs: bool = False,
        lora: Path | None = None,
    ) -> None:
        """`lora` is a GGUF file with a LoRA adapter of this model. Raises ModelUnusable, EngineMissing."""
        library = open_library()
        taken_errors()
        self._library = library
        self.path = path
        self.gpu_layers = gpu_layers
        self.batch_tokens = GPU_BATCH_TOKENS if gpu_layers else PROCESSOR_BATCH_TOKENS
        self._prompt_threads = threads or usable_cores()
        # With layers on a GPU the processor waits for it, and nothing is to be gained.
        self._tuner = ThreadTuner(thread_choices(threads)[-1:] if gpu_layers else thread_choices(threads))
        parameters = library.llama_model_default_params()
        parameters.n_gpu_layers = gpu_layers
        parameters.load_mode = library.LLAMA_LOAD_MODE_MMAP
        self._model = library.llama_model_load_from_file(os.fsencode(path), parameters)
        if not self._model:
            raise ModelUnusable(_why_unusable(path, gpu_layers))
        self._vocabulary = library.llama_model_get_vocab(self._model)
        self.layers = LayerReader(library, reads=layer_outputs)
        self._context = self._open_context(context_tokens, gpu_layers)
        # Also runs when the interpreter ends, while the library is still there.
        self._release = weakref.finalize(self, _free, library, self._context, self._model)
        if lora is not None:
            apply_lora(library, self._model, self._context, lora)
        self._memory = library.llama_get_memory(self._context)
        self.vocabulary_size = int(library.llama_vocab_n_tokens(self._vocabulary))
        self.adds_beginning = bool(library.llama_vocab_get_add_bos(self._vocabulary))
        self.beginning_token = int(library.llama_vocab_bos(self._vocabulary))
        self.end_token = int(library.llama_vocab_eos(self._vocabulary))
        self.adds_space = self.piece(self.tokenize("a", markup=False)[0]).startswith(b" ")

    def _open_context(self, context_tokens: int, gpu_layers: int) -> Any:
        library = self._library
        parameters = library.llama_context_default_params()
        parameters.n_ctx = context_tokens
        parameters.n_batch = parameters.n_ubatch = self.batch_tokens
        if self.layers.reads:
            parameters.cb_eval = self.layers.callback
        parameters.n_threads = self._tuner.threads
        parameters.n_threads_batch = self._prompt_threads
        if not gpu_layers:
            parameters.flash_attn_type = library.LLAMA_FLASH_ATTN_TYPE_DISABLED
            parameters.offload_kqv = parameters.op_offload = False
        context = library.llama_init_from_model(self._model, parameters)
        if not context:
            reason = _last(taken_errors()) or "no reason given"
            library.llama_model_free(self._model)
            raise ModelUnusable(
                f"llama.cpp opened {self.path}, but not a context of {context_tokens} tokens: {reason}. "
                "Free memory, or set a smaller context_tokens or fewer gpu_layers."
            )
        return context

    def metadata(self, key: str) -> str | None:
        """A value of the file's metadata as text."""
        size = self._library.llama_model_meta_val_str(self._model, key.encode(), None, 0)
        if size < 0:
            return None
        buffer = ctypes.create_string_buffer(size + 1)
        self._library.llama_model_meta_val_str(self._model, key.encode(), buffer, size + 1)
        return buffer.value.decode("utf-8", "replace")

    def tokenize(self, text: str, *, markup: bool) -> list[int]:
        """Tokens without an added beginning. Names of special tokens count as such only in markup."""
        data = text.encode("utf-8", "replace")
        if not data:
            return []
        room = len(data) + 8
        buffer = (self._library.llama_token * room)()
        count = self._library.llama_tokenize(self._vocabulary, data, len(data), buffer, room, False, markup)
        if count < 0:
            raise GenerationFailed(f"llama.cpp could not cut a text of {len(text)} characters into tokens.")
        return list(buffer[:count])

    def piece(self, token: int, *, special: bool = False) -> bytes:
        """The bytes a token stands for: not always whole characters; none for a special one."""
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            size = self._library.llama_token_to_piece(self._vocabulary, token, buffer, room, 0, special)
            if size >= 0:
                return bytes(buffer.raw[:size])
            room = -size

    def token_name(self, token: int) -> str:
        """How the vocabulary writes a token, `<|im_end|>` for instance; empty for -1, the one not there."""
        if token < 0:
            return ""
        name: bytes = self._library.llama_vocab_get_text(self._vocabulary, token)
        return name.decode("utf-8", "replace")

    def is_control(self, token: int) -> bool:
        return bool(self._library.llama_vocab_is_control(self._vocabulary, token))

    def is_user_defined(self, token: int) -> bool:
        attributes = self._library.llama_vocab_get_attr(self._vocabulary, token)
        return bool(attributes & self._library.LLAMA_TOKEN_ATTR_USER_DEFINED)

    def is_end(self, token: int) -> bool:
        return bool(self._library.llama_vocab_is_eog(self._vocabulary, token))

    def evaluate(self, tokens: Sequence[int]) -> None:
        """Append at most `batch_tokens` tokens to the state. Raises GenerationFailed."""
        array = (self._library.llama_token * len(tokens))(*tokens)
        batch = self._library.llama_batch_get_one(array, len(tokens))
        if len(tokens) == 1:
            self._library.llama_set_n_threads(self._context, self._tuner.threads, self._prompt_threads)
        started = time.perf_counter()
        code = self._library.llama_decode(self._context, batch)
        if len(tokens) == 1:
            self._tuner.record(time.perf_counter() - started)
        if code != 0:
            reason = _last(taken_errors()) or f"llama_decode returned {code}"
            raise GenerationFailed(
                f"llama.cpp stopped while evaluating {self.path.name}: {reason}. Ask again; if it "
                "persists, set a smaller context_tokens or fewer gpu_layers."
            )

    def logits(self) -> NDArray[np.float32]:
        """What the last evaluated token says of the next: float32 [vocabulary], overwritten by `evaluate`."""
        pointer = self._library.llama_get_logits_ith(self._context, -1)
        return np.ctypeslib.as_array(pointer, shape=(self.vocabulary_size,))

    def rule_out(self, tokens: Sequence[int]) -> None:
        """None of these is the next token, whatever the last evaluated one says."""
        self.logits()[list(tokens)] = -np.inf

    def keep_first(self, count: int) -> bool:
        """Forget all but the first `count` tokens; False where the model could only forget them all."""
        if self._library.llama_memory_seq_rm(self._memory, _SEQUENCE, count, -1):
            return True
        self._library.llama_memory_clear(self._memory, True)
        return count == 0

    def dump_memory(self) -> bytes:
        """What evaluating the present tokens came to, for `restore_memory` in a context opened alike."""
        size = self._library.llama_state_seq_get_size(self._context, _SEQUENCE)
        buffer = (ctypes.c_uint8 * size)()
        written = self._library.llama_state_seq_get_data(self._context, buffer, size, _SEQUENCE)
        return bytes(buffer)[:written]

    def restore_memory(self, memory: bytes) -> bool:
        """Take up what `dump_memory` gave, and forget what is there; False where that is all it could do.

        It must be just what was given: llama.cpp may abort on anything else. The next tokens have no logits
        before some are evaluated.
        """
        self.keep_first(0)
        buffer = (ctypes.c_uint8 * len(memory)).from_buffer_copy(memory)
        if self._library.llama_state_seq_set_data(self._context, buffer, len(memory), _SEQUENCE):
            return True
        taken_errors()
        self.keep_first(0)
        return False

    def open_decoder(self) -> LlamaDecoder:
        return LlamaDecoder(self)

    def open_sampler(self, sampling: Sampling, grammar: str | None = None) -> Sampler:
        """Raises ModelUnusable for a grammar that is none."""
        held = None if grammar is None else open_grammar(self._library, self._vocabulary, grammar)
        return Sampler(self._library, self._context, sampling, self.vocabulary_size, held)

    def close(self) -> None:
        """Free context and weights. A second call does nothing."""
        self._release()


class LlamaDecoder:
    """Makes text of tokens: bytes wait until they are whole characters."""

    def __init__(self, model: LlamaModel) -> None:
        self._model = model
        self._characters = codecs.getincrementaldecoder("utf-8")("replace")

    def decode(self, token: int) -> str:
        return self._characters.decode(self._model.piece(token))


def _why_unusable(path: Path, gpu_layers: int) -> str:
    errors = taken_errors()
    reason = next((line for line in errors if "error loading model" in line), _last(errors))
    reason = reason.rpartition("error loading model: ")[2] or "no reason given"
    if gpu_layers:
        return (
            f"llama.cpp could not load {path} with {gpu_layers} layers on the GPU: {reason}. "
            "Set gpu_layers to fewer, or to 0 to run on the processor alone."
        )
    return (
        f"llama.cpp could not load {path}: {reason}. If the file is incomplete, remove it and fetch it "
        "again with `refdesk models pull`; if this llama-cpp-python is too old for it, update that."
    )


def _last(lines: Sequence[str]) -> str:
    return lines[-1] if lines else ""


def _free(library: Any, context: Any, model: Any) -> None:
    library.llama_free(context)
    library.llama_model_free(model)
