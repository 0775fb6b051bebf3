from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from ingest.embedding.tokens import open_tokenizer, token_spans
from ingest.errors import IngestError

WORDS = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "the", "gate", "is", "shut"]


@pytest.fixture
def tokenizer_file(tmp_path: Path) -> Path:
    """A tokenizer of words that, like MiniLM's, comes with padding and truncation switched on."""
    tokenizer = Tokenizer(models.WordLevel({word: id for id, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer.enable_padding(length=16, pad_id=3, pad_token="[PAD]")
    tokenizer.enable_truncation(max_length=4)
    file = tmp_path / "tokenizer.json"
    tokenizer.save(str(file))
    return file


def test_never_cuts_and_never_pads_unless_told(tokenizer_file: Path) -> None:
    assert len(open_tokenizer(tokenizer_file).encode("the gate is shut").ids) == 4 + 2


def test_cuts_at_max_tokens_with_special_tokens_counted(tokenizer_file: Path) -> None:
    encoding = open_tokenizer(tokenizer_file, max_tokens=5).encode("the gate is shut")
    assert encoding.tokens == ["[CLS]", "the", "gate", "is", "[SEP]"]


def test_spans_are_characters_of_the_text(tokenizer_file: Path) -> None:
    text = " the \N{GRINNING FACE} gate"
    spans = token_spans(open_tokenizer(tokenizer_file), text)
    assert [text[start:end] for start, end in spans] == ["the", "\N{GRINNING FACE}", "gate"]


def test_a_missing_or_damaged_tokenizer_is_named(tokenizer_file: Path) -> None:
    tokenizer_file.write_text("{")
    with pytest.raises(IngestError, match=r"tokenizer\.json could not be read"):
        open_tokenizer(tokenizer_file)
    tokenizer_file.unlink()
    with pytest.raises(IngestError, match=r"tokenizer\.json is missing.*Save the model anew"):
        open_tokenizer(tokenizer_file)


def test_capitals_are_small_letters_where_that_is_asked_for(tokenizer_file: Path) -> None:
    assert open_tokenizer(tokenizer_file, lower_case=True).encode("THE Gate").tokens[1:-1] == ["the", "gate"]
    assert open_tokenizer(tokenizer_file).encode("THE Gate").tokens[1:-1] == ["[UNK]", "[UNK]"]
