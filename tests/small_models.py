"""Small models with random weights, written as their libraries write them: every kind that is read here.

They know no language, but they compute as large ones do. Weights are drawn widely, so that every token of a
text shows in the result.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

#: Each is one token for every tokenizer here.
WORDS = (
    "gate",
    "rice",
    "violin",
    "harbour",
    "winch",
    "rope",
    "tow",
    "shut",
    "query",
    "passage",
    "Hafen",
    "puerto",
)
_LETTERS = (
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZäöüÄÖÜßáéíóúñ0123456789.,:;!?'-()>"
    "港口的大门九点关闭任何船只都不得离开"
)
_WIDTH = 32
_SHAPE = {"num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64, "initializer_range": 0.3}


def cross_encoder(folder: Path, *, labels: int = 1, max_tokens: int = 40) -> Path:
    """A BERT that scores pairs, as `transformers` writes it: the form in which most are published."""
    from transformers import BertConfig, BertForSequenceClassification

    tokenizer = word_pieces(max_tokens)
    _draw()
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=_WIDTH,
        max_position_embeddings=max_tokens,
        num_labels=labels,
        **_SHAPE,
    )
    _save(folder, BertForSequenceClassification(config), tokenizer)
    return folder


def word_pieces(max_tokens: int) -> PreTrainedTokenizerBase:
    """BERT's kind of tokenizer."""
    from transformers import BertTokenizer

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces = [
        *special,
        *(word.lower() for word in WORDS),
        *_LETTERS.lower(),
        *(f"##{one}" for one in _LETTERS.lower()),
    ]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    return BertTokenizer(vocab=vocabulary, do_lower_case=True, model_max_length=max_tokens)


def _draw() -> None:
    import torch

    torch.manual_seed(0)


def _save(folder: Path, model: Any, tokenizer: PreTrainedTokenizerBase) -> None:
    from transformers.utils import logging

    logging.disable_progress_bar()
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
