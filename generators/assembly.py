"""From settings to engines: the only module of this package that names their classes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from generators.errors import ModelUnusable
from generators.loading import loaded
from generators.settings import GeneratorSettings
from generators.text.protocol import TextGenerator
from machine import MemoryBroker, Need, file_sha256

if TYPE_CHECKING:
    from generators.text.likelihood import TokenLikelihood

KNOWN_ENGINES = (
    "`llama-cpp:<model id or path to a .gguf file>[+<adapter.gguf>]`, "
    "`transformers:<folder or hub id>[+<adapter folder>]`, "
    "`reader:<folder or hub id>`, "
    "`langchain:<provider>:<model>[@<base url>]`, "
    "`extractive`, `scripted:<file of replies>`"
)


def build_text_generator(
    settings: GeneratorSettings, resolve: Callable[[str], Path], cache_folder: Path
) -> TextGenerator:
    """The engine that the settings name; its model is loaded when first needed.

    `resolve` gives the file of a catalogued model's id. `cache_folder` remembers how many layers
    fitted the GPU, and keeps evaluated instructions in its folder `prompts`. Raises ModelUnusable for an
    engine nobody knows and for a file that is no model, and whatever `resolve` raises.
    """
    kind, _, detail = settings.engine.partition(":")
    if kind == "llama-cpp" and detail:
        return _build_llama_cpp(settings, *_gguf_files(detail, resolve), cache_folder)
    if kind == "transformers" and detail:
        return _build_transformers(settings, detail)
    if kind == "reader" and detail:
        from generators.text.span_reader import ReaderGenerator
        from generators.text.transformers_files import find_model

        gpu = settings.gpu_layers != 0
        return ReaderGenerator(find_model(detail), settings.refusal_text, id=settings.engine, gpu=gpu)
    if kind == "langchain" and detail:
        return _build_langchain(settings, detail)
    if kind == "scripted" and detail:
        from generators.text.scripted import ScriptedGenerator, read_replies

        replies = read_replies(Path(detail).expanduser())
        return ScriptedGenerator(replies, context_tokens=settings.context_tokens, id=settings.engine)
    if kind == "pipeline" and detail:
        raise ModelUnusable(
            f"{settings.engine} labels texts and writes none: it is for `refdesk classify` and `refdesk "
            "entities`. A sequence-to-sequence model that summarises or translates is `transformers:`, one "
            "that reads answers out of passages `reader:`."
        )
    if settings.engine == "extractive":
        from generators.text.extractive import ExtractiveGenerator

        return ExtractiveGenerator(settings.refusal_text)
    raise ModelUnusable(f"There is no engine {settings.engine!r}. The engines are: {KNOWN_ENGINES}.")


def open_text_generator(
    settings: GeneratorSettings, resolve: Callable[[str], Path], cache_folder: Path, broker: MemoryBroker
) -> TextGenerator:
    """As `build_text_generator`, with its model in memory only as long as there is room for it.

    What is asked for twice is loaded once. Engines without a model of their own are built as they are. Raises
    at once what `build_text_generator` raises.
    """
    build = partial(build_text_generator, settings, resolve, cache_folder)
    kind, _, detail = settings.engine.partition(":")
    if kind not in ("llama-cpp", "transformers", "reader") or not detail:
        return build()
    from generators.text.resident import resident

    return resident(
        lambda load: broker.residence(
            ("text", settings, cache_folder, _model_files(settings, resolve)),
            f"the language model {detail}",
            lambda: [text_need(settings, resolve)],
            lambda: loaded(load(), lambda generator: generator.count_tokens("")),
            lambda generator: generator.close(),
        ),
        build,
    )


def text_need(settings: GeneratorSettings, resolve: Callable[[str], Path]) -> Need:
    """What the engine's model takes of memory; nothing for one without a model here. Raises ModelUnusable."""
    from generators.text.memory_needs import gguf_need, torch_need

    kind, _, detail = settings.engine.partition(":")
    may_use_gpu = settings.gpu_layers != 0
    if kind == "llama-cpp" and detail:
        from generators.text.llama_library import read_build

        build = read_build()
        on_gpu = may_use_gpu and build.can_offload and bool(build.devices)
        layers = settings.gpu_layers if isinstance(settings.gpu_layers, int) else None
        files = _gguf_files(detail, resolve)
        return gguf_need(*files, settings.context_tokens, on_gpu=on_gpu, layers=layers)
    if kind in ("transformers", "reader", "pipeline") and detail:
        from generators.text.torch_weights import has_gpu
        from generators.text.transformers_files import find_model

        on_gpu = may_use_gpu and has_gpu()
        four_bit = settings.four_bit and kind != "pipeline"
        return torch_need(find_model(detail), on_gpu=on_gpu, four_bit=four_bit)
    return Need(0)


def _model_files(settings: GeneratorSettings, resolve: Callable[[str], Path]) -> tuple[Path | None, ...]:
    """Where the model lies: settings that are equal may mean different files in different homes."""
    kind, _, detail = settings.engine.partition(":")
    if kind == "llama-cpp":
        return _gguf_files(detail, resolve)
    from generators.text.transformers_files import find_model

    files = find_model(detail)
    return files.folder, files.adapter


def saved_prompts_folder(cache_folder: Path) -> Path:
    """Where evaluated instructions are kept: safe to delete."""
    return cache_folder / "prompts"


def model_weights_sha256(
    settings: GeneratorSettings, resolve: Callable[[str], Path], cache_folder: Path
) -> str | None:
    """What identifies the weights of the engine that the settings name; None for one without a model file."""
    kind, _, detail = settings.engine.partition(":")
    if kind in ("transformers", "reader") and detail:
        from generators.text.transformers_files import find_model

        return find_model(detail).sha256(cache_folder)
    if kind == "llama-cpp" and detail:
        return _gguf_sha256(*_gguf_files(detail, resolve), cache_folder)
    return None


def build_likelihood(model: str, resolve: Callable[[str], Path], cache_folder: Path) -> TokenLikelihood:
    """What tells how likely a text is, by the model of that id or path, or by `transformers:<folder or id>`.

    Raises ModelUnusable for what is no model that continues a text, and whatever `resolve` raises.
    """
    from generators.text.likelihood import llama_likelihood, transformers_likelihood

    kind, _, detail = model.partition(":")
    if kind == "transformers" and detail:
        from generators.text.transformers_files import find_model

        files = find_model(detail)
        return transformers_likelihood(files, f"{model} {files.sha256(cache_folder)}")
    from generators.text.gguf import read_gguf_header

    path, lora = _gguf_files(model.removeprefix("llama-cpp:"), resolve)
    read_gguf_header(path)  # says in words what is wrong with a file that is none
    return llama_likelihood(path, f"{model} {_gguf_sha256(path, lora, cache_folder)}", lora)


def _model_path(name: str, resolve: Callable[[str], Path]) -> Path:
    """A name that looks like a path is one; all others are ids."""
    looks_like_path = name.endswith(".gguf") or "/" in name or "\\" in name
    return Path(name).expanduser() if looks_like_path else resolve(name)


def _gguf_files(name: str, resolve: Callable[[str], Path]) -> tuple[Path, Path | None]:
    """The model's file, and that of its adapter."""
    from generators.text.llama_lora import split_lora

    model, lora = split_lora(name)
    return _model_path(model, resolve), None if lora is None else Path(lora).expanduser()


def _gguf_sha256(path: Path, lora: Path | None, cache_folder: Path) -> str:
    """The model's hash, with the adapter's behind it."""
    hashes = [file_sha256(file, cache_folder) for file in (path, lora) if file is not None]
    return "+".join(hashes)


def _build_transformers(settings: GeneratorSettings, detail: str) -> TextGenerator:
    from generators.text.transformers_engine import TransformersGenerator
    from generators.text.transformers_files import find_model

    return TransformersGenerator(
        find_model(detail),
        id=settings.engine,
        context_tokens=settings.context_tokens,
        gpu=settings.gpu_layers != 0,
        four_bit=settings.four_bit,
        threads=settings.threads,
    )


def _build_langchain(settings: GeneratorSettings, detail: str) -> TextGenerator:
    from generators.text.langchain_chat import LangChainGenerator
    from generators.text.langchain_models import ChatModelName, in_words, open_chat_model

    name = ChatModelName.read(detail, settings.base_url)
    return LangChainGenerator(
        lambda max_tokens, sampling: open_chat_model(name, max_tokens, sampling, settings.context_tokens),
        id=settings.engine,
        context_tokens=settings.context_tokens,
        explain=partial(in_words, name),
    )


def _build_llama_cpp(
    settings: GeneratorSettings, path: Path, lora: Path | None, cache_folder: Path
) -> TextGenerator:
    from generators.text.llama_cpp import LlamaCppGenerator
    from generators.text.offload import fit_gpu_layers
    from generators.text.stable_prompts import StablePrompts
    from generators.text.state_files import StateFiles

    kept = StablePrompts(
        StateFiles(saved_prompts_folder(cache_folder)), partial(_gguf_sha256, path, lora, cache_folder)
    )
    return LlamaCppGenerator(
        path,
        id=settings.engine,
        context_tokens=settings.context_tokens,
        threads=settings.threads,
        layer_outputs=settings.layer_outputs,
        lora=lora,
        plan_offload=partial(
            fit_gpu_layers, path, settings.context_tokens, cache_folder, wanted=settings.gpu_layers
        ),
        stable_prompts=kept if settings.saved_prompts else None,
    )
