"""Real engines with small models under a memory that holds only some of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from generators.assembly import open_text_generator, text_need
from generators.errors import GenerationFailed, ModelUnusable
from generators.labelling.assembly import open_classifier, open_entity_finder
from generators.settings import GeneratorSettings
from generators.text.gguf import GgufHeader
from generators.text.memory_needs import gguf_need, state_bytes
from generators.text.protocol import Finished, GenerationRequest, Message, TextGenerator, TextPiece
from generators.text.resident import resident
from generators.text.scripted import ScriptedGenerator
from machine import MemoryBroker, MemoryShort, Need, gpu_pool
from tests.generators.conftest import gguf_bytes
from tests.simulated_memory import SimulatedMemory, loaded_names
from tests.small_language_models import causal_model, classifier_model, tagger_model

_MESSAGES = (Message("system", "One, two, three,"), Message("user", "four, five,"))
_REQUEST = GenerationRequest(_MESSAGES, max_tokens=8)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[GeneratorSettings]:
    folders = [causal_model(tmp_path_factory.mktemp(kind), kind) for kind in ("llama", "gpt2")]
    return [
        GeneratorSettings(engine=f"transformers:{folder}", context_tokens=512, gpu_layers=0, threads=1)
        for folder in folders
    ]


def _open(settings: GeneratorSettings, broker: MemoryBroker) -> TextGenerator:
    return open_text_generator(settings, Path, Path(), broker)


def _text(generator: TextGenerator) -> str:
    return "".join(piece.text for piece in generator.stream(_REQUEST) if isinstance(piece, TextPiece))


def test_two_models_that_do_not_fit_together_take_turns_and_write_what_they_wrote(
    models: list[GeneratorSettings],
) -> None:
    needs = [text_need(settings, Path).wanted_bytes for settings in models]
    roomy, tight = MemoryBroker(SimulatedMemory(sum(needs))), MemoryBroker(SimulatedMemory(max(needs)))
    first, second = (_open(settings, roomy) for settings in models)
    expected = [_text(first), _text(second)]
    assert len(loaded_names(roomy)) == 2

    first, second = (_open(settings, tight) for settings in models)
    first.warm(_MESSAGES[:1])
    for _ in range(2):
        assert [_text(first), _text(second)] == expected
        assert len(loaded_names(tight)) == 1


def test_a_model_that_is_writing_is_not_taken_away(models: list[GeneratorSettings]) -> None:
    broker = MemoryBroker(SimulatedMemory(max(text_need(settings, Path).wanted_bytes for settings in models)))
    first, second = (_open(settings, broker) for settings in models)
    stream = first.stream(_REQUEST)
    next(stream)
    with pytest.raises(MemoryShort, match="in use"):
        _text(second)
    assert list(stream)
    assert _text(second)


def test_a_stream_that_is_cancelled_while_it_waits_for_memory_says_so_and_wrote_nothing(
    models: list[GeneratorSettings],
) -> None:
    broker = MemoryBroker(SimulatedMemory(max(text_need(settings, Path).wanted_bytes for settings in models)))
    first, second = (_open(settings, broker) for settings in models)
    with ThreadPoolExecutor() as threads:
        stream = first.stream(_REQUEST)
        threads.submit(next, stream).result()  # another thread's, so that waiting for it makes sense
        busy = threading.Event()
        working = threads.submit(busy.wait, 60)
        assert list(second.stream(_REQUEST, lambda: True)) == [Finished("cancelled", 0, 0, 0)]
        late = replace(_REQUEST, deadline=0.0)
        assert list(second.stream(late)) == [Finished("deadline", 0, 0, 0)]
        busy.set()
        assert working.result()
    stream.close()


def test_two_collections_with_the_same_model_load_it_once(models: list[GeneratorSettings]) -> None:
    broker = MemoryBroker(SimulatedMemory(10**9))
    one, other = _open(models[0], broker), _open(models[0], broker)
    assert _text(one) == _text(other)
    one.close()
    assert len(loaded_names(broker)) == 1
    other.close()
    assert broker.residents() == []


def test_what_is_closed_while_it_writes_stops(models: list[GeneratorSettings]) -> None:
    broker = MemoryBroker(SimulatedMemory(10**9))
    generator = _open(models[0], broker)
    stream = generator.stream(replace(_REQUEST, max_tokens=200))
    next(stream)
    generator.close()
    *_, last = stream
    assert getattr(last, "reason", None) == "cancelled"
    assert broker.residents() == []


class _Counting(ScriptedGenerator):
    """Counts how often it is warmed, and with what; may fail to."""

    def __init__(self, warmed: list[str], fails: bool = False) -> None:
        super().__init__(lambda request: "It opens at nine.")
        self._warmed = warmed
        self._fails = fails

    def warm(self, messages: Sequence[Message]) -> None:
        if self._fails:
            raise GenerationFailed("too long")
        self._warmed.append(messages[0].content)


def _owner(broker: MemoryBroker, build: Callable[[], TextGenerator]) -> TextGenerator:
    return resident(
        lambda load: broker.residence("one", "one", lambda: [Need(1)], load, lambda engine: engine.close()),
        build,
    )


def test_owners_of_one_model_have_their_beginnings_back_when_another_has_used_it() -> None:
    broker, warmed = MemoryBroker(SimulatedMemory(10)), list[str]()
    first, second, plain = (_owner(broker, lambda: _Counting(warmed)) for _ in range(3))
    first.warm([Message("system", "first")])
    second.warm([Message("system", "second")])
    for generator in (second, second, first, first, plain, first):
        _text(generator)
    assert warmed == ["first", "second", "first", "first"]


def test_a_beginning_that_could_not_be_read_is_read_the_next_time() -> None:
    broker = MemoryBroker(SimulatedMemory(10))
    generator = _owner(broker, lambda: _Counting([], fails=True))
    for _ in range(2):
        with pytest.raises(GenerationFailed, match="too long"):
            generator.warm([Message("system", "first")])


def test_a_model_that_cannot_be_loaded_holds_no_room(models: list[GeneratorSettings]) -> None:
    broker = MemoryBroker(SimulatedMemory(10**9))
    generator = _open(models[0], broker)
    weights = next(Path(models[0].engine.partition(":")[2]).glob("*.safetensors"))
    kept = weights.read_bytes()
    weights.write_bytes(b"damaged")
    try:
        with pytest.raises(ModelUnusable):
            generator.count_tokens("one")
    finally:
        weights.write_bytes(kept)
    assert [each.loaded for each in broker.residents()] == [False]
    assert generator.count_tokens("one") > 0


def test_classifiers_and_taggers_share_memory_too(tmp_path: Path) -> None:
    classifying, tagging = (
        GeneratorSettings(engine=f"pipeline:{folder}", gpu_layers=0)
        for folder in (
            classifier_model(tmp_path / "animals", ("Dogs", "Library"), ("dogs", "library")),
            tagger_model(tmp_path / "names", ("O", "B-PER"), ("ada",)),
        )
    )
    needs = [text_need(settings, Path).wanted_bytes for settings in (classifying, tagging)]
    assert min(needs) > 0
    broker = MemoryBroker(SimulatedMemory(max(needs)))
    classifier, finder = open_classifier(classifying, broker), open_entity_finder(tagging, broker)
    assert classifier is not None
    assert finder is not None
    assert loaded_names(broker) == []
    for _ in range(2):
        assert classifier.classify("the library", ("dogs", "library")).label == "library"
        assert loaded_names(broker) == [f"the classifier {classifying.engine}"]
        assert [entity.text for entity in finder.find_entities("it was ada", ("person",))] == ["ada"]
        assert loaded_names(broker) == [f"the tagger {tagging.engine}"]
    with (
        broker.residence("1", "1", lambda: [Need(1)], lambda: "", lambda _: None).use(),
        pytest.raises(MemoryShort),
    ):
        classifier.classify("the library", ("dogs", "library"))
    for each in (classifier, finder):
        each.close()
    assert [each.name for each in broker.residents()] == ["1"]


def test_a_gguf_model_takes_its_file_and_the_state_of_a_full_context(tmp_path: Path) -> None:
    header = GgufHeader("qwen2", layers=28, trained_context_tokens=32768, key_value_width=256)
    assert state_bytes(header, 4096) == 2 * 28 * 256 * 4096 * 2  # keys and values, two bytes each
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf_bytes())
    small, large = (gguf_need(path, None, tokens, on_gpu=False) for tokens in (512, 4096))
    assert small == large  # this header does not say how wide the state is
    assert small.bytes_at_least == small.wanted_bytes - path.stat().st_size
    whole = gguf_need(path, None, 512, on_gpu=True)
    assert (whole.pool, whole.bytes_at_least) == (gpu_pool(), 0)
    some = gguf_need(path, None, 512, on_gpu=True, layers=7)  # of 28 and the output layer
    assert some.wanted_bytes == pytest.approx(whole.wanted_bytes * 7 / 29, abs=1)


def test_weights_saved_in_half_precision_take_twice_that_on_the_processor(tmp_path: Path) -> None:
    folder = causal_model(tmp_path)
    settings = GeneratorSettings(engine=f"transformers:{folder}", gpu_layers=0)
    whole = text_need(settings, Path).wanted_bytes
    config = folder / "config.json"
    config.write_text(config.read_text().replace('"dtype": "float32"', '"dtype": "bfloat16"'))
    assert text_need(settings, Path).wanted_bytes == pytest.approx(2 * whole, abs=1)


@pytest.mark.real
def test_the_width_of_the_state_stands_in_real_files(qwen_file: Path, gemma_file: Path) -> None:
    from generators.text.gguf import read_gguf_header

    assert read_gguf_header(qwen_file).key_value_width == 2 * 128  # two heads of 1536 / 12 numbers
    assert read_gguf_header(gemma_file).key_value_width == 256
