"""Small models with random weights, written as their libraries write them: every kind that is read here.

They know no language, but they compute as large ones do. Weights are drawn widely, so that every token of a
text shows in the result.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

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


def sentence_encoder(
    folder: Path,
    *,
    kind: Literal["bert", "xlm-roberta"] = "bert",
    pooling: str | tuple[str, ...] = "mean",
    dense: Sequence[int] = (),
    normalised: bool = True,
    prompts: Mapping[str, str] | None = None,
    prompts_pooled: bool = True,
    max_tokens: int = 64,
    older_form: bool = False,
) -> Path:
    """A model as sentence-transformers writes it, in version 6, or as version 2 and most of the hub do.

    `dense` are the widths of further layers after pooling.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Dense, Transformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling

    with tempfile.TemporaryDirectory() as plain:
        _transformer(Path(plain), kind, max_tokens)
        modules: list[Any] = [Transformer(plain)]
    modules.append(Pooling(_WIDTH, pooling_mode=pooling, include_prompt=prompts_pooled))  # type: ignore[arg-type]
    width = modules[-1].pooling_output_dimension
    for narrower in dense:
        modules.append(Dense(width, narrower))
        width = narrower
    if normalised:
        modules.append(Normalize())
    model = SentenceTransformer(modules=modules, device="cpu", prompts=dict(prompts or {}))
    model.save_pretrained(str(folder), create_model_card=False)
    if older_form:
        _rewrite_in_the_older_form(folder, pooling, max_tokens)
    return folder


def _transformer(folder: Path, kind: str, max_tokens: int) -> None:
    from transformers import BertConfig, BertModel, XLMRobertaConfig, XLMRobertaModel

    _draw()
    if kind == "bert":
        tokenizer = word_pieces(max_tokens)
        config = BertConfig(
            vocab_size=len(tokenizer), hidden_size=_WIDTH, max_position_embeddings=max_tokens, **_SHAPE
        )
        _save(folder, BertModel(config), tokenizer)
        return
    tokenizer = unigrams(max_tokens)
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=_WIDTH,
        max_position_embeddings=max_tokens + 2,  # its positions begin behind that of padding
        type_vocab_size=1,
        **_SHAPE,
    )
    _save(folder, XLMRobertaModel(config), tokenizer)


def _rewrite_in_the_older_form(folder: Path, pooling: str | tuple[str, ...], max_tokens: int) -> None:
    modules = json.loads((folder / "modules.json").read_text())
    for module in modules:
        module["type"] = f"sentence_transformers.models.{module['type'].rsplit('.', 1)[-1]}"
    modes = {"cls": "cls_token", "mean": "mean_tokens", "max": "max_tokens"}
    chosen = (pooling,) if isinstance(pooling, str) else pooling
    files = {
        "modules.json": modules,
        "sentence_bert_config.json": {"max_seq_length": max_tokens, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": _WIDTH,
            **{f"pooling_mode_{name}": mode in chosen for mode, name in modes.items()},
        },
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))


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


def unigrams(max_tokens: int) -> PreTrainedTokenizerBase:
    """XLM-R's kind of tokenizer: pieces with probabilities, a mark where a word begins."""
    from tokenizers import normalizers
    from transformers import XLMRobertaTokenizer

    special = ["<s>", "<pad>", "</s>", "<unk>"]
    pieces = [(piece, 0.0) for piece in special]
    pieces += [(f"▁{word}", -3.0) for word in WORDS]
    pieces += [(piece, -8.0) for piece in ("▁", *dict.fromkeys(_LETTERS), "港口", "大门", "离开")]
    tokenizer = XLMRobertaTokenizer(vocab=[*pieces, ("<mask>", 0.0)], model_max_length=max_tokens)
    tokenizer.backend_tokenizer.normalizer = normalizers.NFKC()  # published ones have a table much like it
    return tokenizer


def _draw() -> None:
    import torch

    torch.manual_seed(0)


def _save(folder: Path, model: Any, tokenizer: PreTrainedTokenizerBase) -> None:
    from transformers.utils import logging

    logging.disable_progress_bar()
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
