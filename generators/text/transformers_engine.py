"""The engine for models as transformers keeps them: causal or sequence-to-sequence, token by token."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from generators.errors import ModelUnusable
from generators.text.chat_template import ChatTemplate
from generators.text.grammar import refuse_grammar
from generators.text.protocol import GenerationEvent, GenerationRequest
from generators.text.token_generator import TokenGenerator
from generators.text.torch_model import CausalModel, Seq2SeqModel, TorchModel
from generators.text.transformers_files import ModelFiles


class TransformersGenerator(TokenGenerator[TorchModel]):
    """A TextGenerator over one folder with config.json, weights and tokenizer."""

    def __init__(
        self,
        files: ModelFiles,
        *,
        id: str,
        context_tokens: int,
        gpu: bool = True,
        four_bit: bool = False,
        threads: int | None = None,
    ) -> None:
        """`gpu`: whether one may be used. Raises ModelUnusable for a model that does not write."""
        if files.kind == "reader":
            raise ModelUnusable(
                f"{files.folder} reads answers out of passages. Name it `reader:{files.folder}`."
            )
        if files.kind in ("classifier", "tagger"):
            raise ModelUnusable(
                f"{files.folder} holds a {files.kind}, which writes no text. Name it "
                f"`pipeline:{files.folder}`, for `refdesk classify` or `refdesk entities`."
            )
        super().__init__(
            id=id, context_tokens=min(context_tokens, files.trained_context_tokens or context_tokens)
        )
        self._files = files
        self._may_use_gpu = gpu
        self._four_bit = four_bit
        self._threads = threads

    def stream(
        self, request: GenerationRequest, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[GenerationEvent]:
        refuse_grammar(request, self.id)
        yield from super().stream(request, cancelled)

    @property
    def accelerated(self) -> bool:
        from generators.text.torch_weights import has_gpu

        return self._may_use_gpu and has_gpu()

    def _open(self) -> TorchModel:
        if self._threads is not None:
            import torch

            torch.set_num_threads(self._threads)  # for the whole process: torch knows no other
        return open_model(self._files, on_gpu=self.accelerated, four_bit=self._four_bit)

    def _open_template(self, model: TorchModel) -> ChatTemplate:
        return model.chat_template(self._files.folder.name, wrapped=self._files.kind == "seq2seq")


def open_model(files: ModelFiles, *, on_gpu: bool, four_bit: bool = False) -> TorchModel:
    """The model in memory. Raises ModelUnusable, EngineMissing."""
    from generators.text.torch_weights import open_weights
    from generators.text.transformers_vocabulary import open_tokenizer

    tokenizer = open_tokenizer(files.folder)
    weights = open_weights(files, on_gpu=on_gpu, four_bit=four_bit)
    return (Seq2SeqModel if files.kind == "seq2seq" else CausalModel)(weights, tokenizer)
