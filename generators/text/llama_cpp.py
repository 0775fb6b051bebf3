"""The engine for GGUF models: llama.cpp, token by token."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from generators.errors import ModelUnusable
from generators.text.chat_template import CHATML, PLAIN, ChatTemplate
from generators.text.gguf import read_gguf_header
from generators.text.llama_lora import require_lora
from generators.text.llama_model import LlamaModel
from generators.text.offload import OffloadPlan, Planner, processor_only
from generators.text.prompt_tokens import Block
from generators.text.stable_prompts import StablePrompts
from generators.text.token_generator import TokenGenerator


class LlamaCppGenerator(TokenGenerator[LlamaModel]):
    """A TextGenerator over one GGUF file.

    Raises ModelUnusable at once where the file, or that of its adapter, is no GGUF file.
    """

    def __init__(
        self,
        path: Path,
        *,
        id: str | None = None,
        context_tokens: int = 4096,
        threads: int | None = None,
        plan_offload: Planner = processor_only,
        stable_prompts: StablePrompts | None = None,
        layer_outputs: bool = False,
        lora: Path | None = None,
    ) -> None:
        if lora is not None:
            require_lora(lora)
        header = read_gguf_header(path)
        super().__init__(
            id=id or f"llama-cpp:{path}", context_tokens=min(context_tokens, header.trained_context_tokens)
        )
        self._path = path
        self._threads = threads
        self._layer_outputs = layer_outputs
        self._lora = lora
        self._plan_offload = plan_offload
        self._stable_prompts = stable_prompts
        self._plan: OffloadPlan | None = None

    @property
    def accelerated(self) -> bool:
        return self.offload_plan.layers > 0

    @property
    def offload_plan(self) -> OffloadPlan:
        """Which layers run where, and why. Made when first asked for, without loading the model here."""
        with self._load_lock:
            if self._plan is None:
                self._plan = self._plan_offload(fresh=False)
            return self._plan

    def _open(self) -> LlamaModel:
        plan = self.offload_plan
        try:
            return self._open_with(plan.layers)
        except ModelUnusable:
            if not plan.remembered:
                raise
        # What fitted when the plan was made does not fit now: make it anew.
        self._plan = self._plan_offload(fresh=True)
        return self._open_with(self._plan.layers)

    def _open_with(self, gpu_layers: int) -> LlamaModel:
        return LlamaModel(
            self._path,
            context_tokens=self._context_tokens,
            threads=self._threads,
            gpu_layers=gpu_layers,
            layer_outputs=self._layer_outputs,
            lora=self._lora,
        )

    def _open_template(self, model: LlamaModel) -> ChatTemplate:
        source = model.metadata("tokenizer.chat_template")
        if not source:
            knows_chatml = len(model.tokenize("<|im_start|>", markup=True)) == 1
            source = CHATML if knows_chatml else PLAIN
        return ChatTemplate(
            source,
            bos_token=model.token_name(model.beginning_token),
            eos_token=model.token_name(model.end_token),
            name=self._path.name,
        )

    def _restore(self, model: LlamaModel, blocks: Sequence[Block]) -> bool:
        """Have the context hold these blocks without evaluating them, where they are kept."""
        kept = self._stable_prompts
        memory = kept.find(model, blocks, self._context_tokens) if kept is not None else None
        if memory is None:
            return False
        self._evaluated = []
        if not model.restore_memory(memory):
            return False
        self._evaluated = list(blocks)
        return True

    def _keep(self, model: LlamaModel, blocks: Sequence[Block]) -> None:
        if self._stable_prompts is not None:
            self._stable_prompts.keep(model, blocks, self._context_tokens)
