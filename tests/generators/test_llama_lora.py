"""LoRA adapters beside GGUF models."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from generators.assembly import build_text_generator, model_weights_sha256
from generators.errors import ModelUnusable
from generators.settings import GeneratorSettings
from generators.text.llama_cpp import LlamaCppGenerator
from generators.text.llama_lora import split_lora
from generators.text.protocol import GenerationRequest, Message, TextPiece

_REQUEST = GenerationRequest((Message("user", "five, six, seven,"),), max_tokens=8)
#: Of Gemma 3 270m: embedding length, and heads times key length.
_WIDTH, _QUERY_WIDTH, _LAYERS, _RANK = 640, 4 * 256, 18, 4


def _adapter(path: Path, architecture: str = "gemma3", width: int = _WIDTH, size: float = 0.3) -> Path:
    """An adapter of the query weights as llama.cpp's converter writes it: GGUF version 3, float32."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    facts = {"general.type": "adapter", "general.architecture": architecture, "adapter.type": "lora"}
    entries = [text(key) + struct.pack("<I", 8) + text(value) for key, value in facts.items()]
    entries.append(text("adapter.lora.alpha") + struct.pack("<If", 6, float(_RANK)))
    drawn = np.random.default_rng(0)
    tensors, data = [], b""
    for layer in range(_LAYERS):
        for name, shape in (("lora_a", (width, _RANK)), ("lora_b", (_RANK, _QUERY_WIDTH))):
            values = drawn.normal(0, size, shape[0] * shape[1]).astype(np.float32).tobytes()
            place = struct.pack("<IQQIQ", 2, *shape, 0, len(data))
            tensors.append(text(f"blk.{layer}.attn_q.weight.{name}") + place)
            data += values + b"\0" * (-len(values) % 32)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(entries)) + b"".join(entries + tensors)
    path.write_bytes(head + b"\0" * (-len(head) % 32) + data)
    return path


def _text(generator: LlamaCppGenerator) -> str:
    try:
        return "".join(event.text for event in generator.stream(_REQUEST) if isinstance(event, TextPiece))
    finally:
        generator.close()


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("some-model+adapter.gguf", ("some-model", "adapter.gguf")),
        ("/models/c++/a.gguf", ("/models/c++/a.gguf", None)),
        ("/m/a.gguf+~/b.gguf", ("/m/a.gguf", "~/b.gguf")),
        ("some-model", ("some-model", None)),
    ],
)
def test_an_adapter_stands_behind_the_model(name: str, parts: tuple[str, str | None]) -> None:
    assert split_lora(name) == parts


def test_a_missing_adapter_is_named(header_file: Path, tmp_path: Path) -> None:
    settings = GeneratorSettings(engine=f"llama-cpp:{header_file}+{tmp_path}/absent.gguf")
    with pytest.raises(ModelUnusable, match=r"adapter .*absent\.gguf cannot be read"):
        build_text_generator(settings, Path, tmp_path)


def test_an_adapter_that_is_no_gguf_file_is_named(header_file: Path, tmp_path: Path) -> None:
    adapter = tmp_path / "x.gguf"
    adapter.write_bytes(b"{}")
    with pytest.raises(ModelUnusable, match=r"x\.gguf is not a GGUF file.*convert_lora_to_gguf"):
        LlamaCppGenerator(header_file, lora=adapter)


def test_the_weights_hash_tells_the_adapter(header_file: Path, tmp_path: Path) -> None:
    adapter = _adapter(tmp_path / "adapter.gguf")
    plain, adapted = (
        model_weights_sha256(GeneratorSettings(engine=f"llama-cpp:{name}"), Path, tmp_path)
        for name in (header_file, f"{header_file}+{adapter}")
    )
    assert plain is not None
    assert adapted is not None
    assert adapted.startswith(f"{plain}+")


@pytest.mark.real
def test_an_adapter_changes_what_is_written(gemma_file: Path, tmp_path: Path) -> None:
    plain = _text(LlamaCppGenerator(gemma_file, context_tokens=256))
    nothing = _adapter(tmp_path / "nothing.gguf", size=0.0)
    adapter = _adapter(tmp_path / "adapter.gguf")
    assert _text(LlamaCppGenerator(gemma_file, context_tokens=256, lora=nothing)) == plain
    assert _text(LlamaCppGenerator(gemma_file, context_tokens=256, lora=adapter)) != plain


@pytest.mark.real
@pytest.mark.parametrize("wrong", [{"architecture": "llama"}, {"width": 64}])
def test_an_adapter_of_another_model_is_refused(
    gemma_file: Path, tmp_path: Path, wrong: dict[str, object]
) -> None:
    adapter = _adapter(tmp_path / "adapter.gguf", **wrong)  # type: ignore[arg-type]  # by name
    with pytest.raises(ModelUnusable, match=r"cannot use the adapter .*adapter\.gguf: .*very model"):
        LlamaCppGenerator(gemma_file, context_tokens=256, lora=adapter).load()
