"""MusicGen as transformers saves it, built small with fixed random weights.

`python -m tests.generators.audio.small_musicgen FOLDER` writes one. It plays noise, no music; all else about
it is real: T5 reads the prompt, the decoder writes codes, EnCodec turns them into sound.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

_CODEBOOKS, _CODES = 4, 32
_WIDTH = 16
SAMPLE_RATE = 8000
#: Samples that one frame of codes becomes, so that there are 100 frames a second.
HOP = 80
FRAME_RATE = SAMPLE_RATE // HOP
GUIDANCE = 3.0
#: The longest prompt, its end mark included.
MOST_PROMPT_TOKENS = 24
#: Frames that the model says it can play.
MOST_FRAMES = 60


def small_musicgen(folder: Path, *, channels: int = 1, melody: bool = False, shards: bool = False) -> Path:
    """The model with its tokenizer, as a folder; with `shards` its weights in several files."""
    import torch
    import transformers
    from transformers.utils import logging

    from tests.small_language_models import pieces

    logging.disable_progress_bar()
    torch.manual_seed(1)
    kind = "MusicgenMelody" if melody else "Musicgen"
    tokenizer = pieces()
    tokenizer.model_max_length = MOST_PROMPT_TOKENS
    more: dict[str, Any] = {"num_chroma": 12, "chroma_length": 4} if melody else {}
    config = getattr(transformers, f"{kind}Config")(
        text_encoder=_text_encoder(len(tokenizer)).to_dict(),
        audio_encoder=_audio_encoder().to_dict(),
        decoder=_decoder(getattr(transformers, f"{kind}DecoderConfig"), channels).to_dict(),
        **more,
    )
    model = getattr(transformers, f"{kind}ForConditionalGeneration")(config).eval()
    with torch.no_grad():
        for name, value in model.audio_encoder.named_buffers():
            if name.endswith("codebook.embed"):  # they are made as zeros, and every code would sound alike
                value.normal_()
        for parameter in model.decoder.parameters():
            if parameter.dim() > 1:
                parameter.normal_(std=0.3)  # so that one code leads to another
    custom = model.generation_config
    custom.max_length, custom.do_sample, custom.guidance_scale = MOST_FRAMES, True, GUIDANCE
    custom.decoder_start_token_id = custom.pad_token_id = custom.bos_token_id = _CODES
    model.save_pretrained(folder, max_shard_size="100KB" if shards else "1GB")
    tokenizer.save_pretrained(folder)
    return folder


def _text_encoder(vocabulary: int) -> Any:
    from transformers import T5Config

    return T5Config(
        vocab_size=vocabulary, d_model=_WIDTH, d_kv=8, d_ff=32, num_layers=1, num_heads=2,
        tie_word_embeddings=False,
    )  # fmt: skip


def _audio_encoder() -> Any:
    from transformers import EncodecConfig

    return EncodecConfig(
        sampling_rate=SAMPLE_RATE, target_bandwidths=[2.0], upsampling_ratios=[8, 5, 2], hidden_size=_WIDTH,
        num_filters=4, num_lstm_layers=1, codebook_size=_CODES, codebook_dim=_WIDTH, norm_type="weight_norm",
        use_causal_conv=False, chunk_length_s=None, normalize=False,
    )  # fmt: skip


def _decoder(config: Any, channels: int) -> Any:
    return config(
        vocab_size=_CODES, hidden_size=_WIDTH, ffn_dim=32, num_hidden_layers=1, num_attention_heads=2,
        num_codebooks=_CODEBOOKS * channels, audio_channels=channels, max_position_embeddings=256,
        pad_token_id=_CODES, bos_token_id=_CODES, tie_word_embeddings=False,
    )  # fmt: skip


if __name__ == "__main__":
    small_musicgen(Path(sys.argv[1]))
