"""Small language models with random weights, saved as transformers saves them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

#: Each of its words is one token.
TEXT = (
    "When does the library open? It opens at nine and ten on every working day of the week. "
    "Dogs stay outside. One, two, three, four, five, six, seven, word Yes Not"
)
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_WIDTH = 32
_SEED = 0


def causal_model(folder: Path, kind: Literal["llama", "gpt2"] = "llama", *, positions: int = 512) -> Path:
    """A chat model of three layers with ChatML's markup (llama), or a base model without (gpt2)."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

    tokenizer = byte_pairs(chat=kind == "llama")
    torch.manual_seed(_SEED)
    ends = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    model: Any
    if kind == "llama":
        model = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=len(tokenizer), hidden_size=_WIDTH, intermediate_size=64, num_hidden_layers=3,
                num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=positions,
                initializer_range=0.4, **ends,
            )
        )  # fmt: skip
    else:
        model = GPT2LMHeadModel(
            GPT2Config(
                vocab_size=len(tokenizer), n_embd=_WIDTH, n_layer=3, n_head=4, n_positions=positions,
                initializer_range=0.4, **ends,
            )
        )  # fmt: skip
    return _save(folder, model, tokenizer)


def speaking_model(folder: Path, text: str, corpus: str) -> Path:
    """A chat model whose every answer is `text`, of which no token may occur twice. It knows `corpus`' words.

    Attention and layers add nothing: a token's output is turned so that it points at the token to follow.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = byte_pairs(chat=True, corpus=corpus, size=4000)
    chain = [*tokenizer.encode("\n"), *tokenizer.encode(text), tokenizer.eos_token_id]
    if len(set(chain)) != len(chain):
        raise ValueError(f"a token of {text!r} occurs twice: {tokenizer.convert_ids_to_tokens(chain)}")
    torch.manual_seed(_SEED)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=128, intermediate_size=32, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=8192,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        model.model.embed_tokens.weight.normal_()
        model.model.layers[0].self_attn.o_proj.weight.zero_()
        model.model.layers[0].mlp.down_proj.weight.zero_()
        model.lm_head.weight.zero_()
        for token, following in pairwise(chain):
            model.lm_head.weight[following] = model.model.embed_tokens.weight[token]
    return _save(folder, model, tokenizer)


def seq2seq_model(folder: Path) -> Path:
    """A T5 of three layers: its tokenizer ends every text with </s>."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    tokenizer = pieces()
    torch.manual_seed(_SEED)
    config = T5Config(
        vocab_size=len(tokenizer), d_model=_WIDTH, d_kv=8, d_ff=64, num_layers=3, num_heads=4,
        initializer_factor=3.0, decoder_start_token_id=0, pad_token_id=0, eos_token_id=1,
    )  # fmt: skip
    return _save(folder, T5ForConditionalGeneration(config), tokenizer)


def reader_model(
    folder: Path, *, seed: int = 0, max_tokens: int = 48, pointing: tuple[str, str] | None = None
) -> Path:
    """A BERT that marks where an answer begins and ends: at random, or from the one word to the other."""
    import torch
    from transformers import BertConfig, BertForQuestionAnswering

    tokenizer = word_pieces(max_tokens, pointing or ())
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=_WIDTH, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, initializer_range=0.4, max_position_embeddings=max_tokens,
    )  # fmt: skip
    model = BertForQuestionAnswering(config)
    if pointing:
        _point(model, [tokenizer.convert_tokens_to_ids(word) for word in pointing])
    return _save(folder, model, tokenizer)


def classifier_model(folder: Path, labels: Sequence[str], keywords: Sequence[str]) -> Path:
    """A BERT that gives a text the label at whose place the keyword stands that the text holds."""
    import torch
    from transformers import BertForSequenceClassification

    model, tokenizer = _labelling(BertForSequenceClassification, labels, keywords)
    embeddings = model.bert.embeddings
    with torch.no_grad():
        # Attention is even over all tokens: the mark at the text's beginning gathers their mean.
        attention = model.bert.encoder.layer[0].attention
        for part in (attention.self.query, attention.self.key):
            part.weight.zero_()
            part.bias.zero_()
        for part in (attention.self.value, attention.output.dense):
            part.weight.copy_(torch.eye(_WIDTH))
            part.bias.zero_()
        model.bert.pooler.dense.weight.copy_(torch.eye(_WIDTH))
        model.bert.pooler.dense.bias.zero_()
        for label, word in enumerate(keywords):
            token = tokenizer.convert_tokens_to_ids(word)
            model.classifier.weight[label] = 5 * embeddings.LayerNorm(
                embeddings.word_embeddings.weight[token]
            )
        model.classifier.bias.zero_()
    return _save(folder, model, tokenizer)


def tagger_model(
    folder: Path, labels: Sequence[str], keywords: Sequence[str], *, max_tokens: int = 48
) -> Path:
    """A BERT that gives each keyword the label at its place; labels[0] is that of all other words."""
    import torch
    from transformers import BertForTokenClassification

    model, tokenizer = _labelling(BertForTokenClassification, labels, keywords, max_tokens=max_tokens)
    embeddings = model.bert.embeddings
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.zero_()
        model.classifier.bias[0] = 20.0
        for label, word in enumerate(keywords, 1):
            token = tokenizer.convert_tokens_to_ids(word)
            model.classifier.weight[label] = embeddings.LayerNorm(embeddings.word_embeddings.weight[token])
    return _save(folder, model, tokenizer)


def _labelling(
    kind: Any, labels: Sequence[str], keywords: Sequence[str], *, max_tokens: int = 48
) -> tuple[Any, PreTrainedTokenizerBase]:
    """A model whose layers add nothing to its tokens, and its tokenizer, which knows the keywords."""
    import torch
    from transformers import BertConfig

    tokenizer = word_pieces(max_tokens, keywords)
    torch.manual_seed(_SEED)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=_WIDTH, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64, initializer_range=0.4, max_position_embeddings=max_tokens + 2,
        id2label=dict(enumerate(labels)), label2id={label: place for place, label in enumerate(labels)},
    )  # fmt: skip
    model = kind(config)
    _add_nothing(model)
    return model, tokenizer


def _point(model: Any, tokens: list[int]) -> None:
    """Have the model's layers add nothing, and its outputs look for these two tokens."""
    import torch

    _add_nothing(model)
    embeddings = model.bert.embeddings
    with torch.no_grad():
        for output, token in enumerate(tokens):
            model.qa_outputs.weight[output] = embeddings.LayerNorm(embeddings.word_embeddings.weight[token])


def _add_nothing(model: Any) -> None:
    """Have positions and layers add nothing to what the tokens are."""
    import torch

    with torch.no_grad():
        embeddings = model.bert.embeddings
        for added in (embeddings.position_embeddings, embeddings.token_type_embeddings):
            added.weight.zero_()
        for layer in model.bert.encoder.layer:
            for added in (layer.attention.output.dense, layer.output.dense):
                added.weight.zero_()
                added.bias.zero_()


def adapter(folder: Path, base: Path) -> Path:
    """A LoRA adapter of that model as PEFT writes it, its weights random too."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(base)
    adapted = get_peft_model(
        model, LoraConfig(r=4, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    )
    torch.manual_seed(_SEED)
    for name, weight in adapted.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weight, std=0.5)
    adapted.save_pretrained(str(folder))
    return folder


def byte_pairs(*, chat: bool, corpus: str = TEXT, size: int = 600) -> PreTrainedTokenizerBase:
    """GPT-2's kind of tokenizer: bytes, and the words of the corpus."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", *(["<|im_start|>", "<|im_end|>"] if chat else [])]
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    tokenizer.train_from_iterator([corpus, corpus, "nine and ten"] * 9, trainer)
    made = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=special[0], eos_token=special[-1])
    if chat:
        made.chat_template = CHATML
    return made


def pieces() -> PreTrainedTokenizerBase:
    """T5's kind of tokenizer: pieces with probabilities, a mark where a word begins."""
    from transformers import T5Tokenizer

    letters = sorted(
        set(TEXT) | set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,<>|/_-[]:")
    )
    words = list(dict.fromkeys(TEXT.replace(",", "").split()))
    vocabulary = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -6.0)]
    vocabulary += [(f"▁{word}", -3.0) for word in words]
    vocabulary += [(letter, -9.0) for letter in letters if letter != " "]
    return T5Tokenizer(vocab=vocabulary, extra_ids=0)


def word_pieces(max_tokens: int, further: Sequence[str] = ()) -> PreTrainedTokenizerBase:
    """BERT's kind of tokenizer."""
    from transformers import BertTokenizer

    letters = list("abcdefghijklmnopqrstuvwxyz0123456789.,?!")
    words = [*(word.lower().strip(",.?") for word in TEXT.split()), *further]
    vocabulary = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *words,
        *letters,
        *(f"##{one}" for one in letters),
    ]
    numbered = {piece: number for number, piece in enumerate(dict.fromkeys(vocabulary))}
    return BertTokenizer(vocab=numbered, do_lower_case=True, model_max_length=max_tokens)


def _save(folder: Path, model: Any, tokenizer: PreTrainedTokenizerBase) -> Path:
    from transformers.utils import logging

    logging.disable_progress_bar()
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
