"""The real pipelines of diffusers, built small with fixed random weights and saved in their on-disk formats.

`python -m tests.generators.image.small_pipelines FOLDER` writes them all. They draw patterns, no pictures;
all else about them is real. Sides are multiples of 8 pixels: the VAE halves twice, the U-Net once.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

_WIDTH = 32
_LATENTS = 4
#: Of XL's second text encoder: it is told from the first by it.
_SECOND_WIDTH = 48
#: How an XL U-Net differs: it reads both encoders, and is told sizes and the second's projection.
_XL = {
    "cross_attention_dim": _WIDTH + _SECOND_WIDTH,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 8,
    "projection_class_embeddings_input_dim": 6 * 8 + _SECOND_WIDTH,
    "use_linear_projection": True,
}


def text_pipeline(folder: Path, *, in_channels: int = _LATENTS, checker: bool = False) -> Path:
    """Stable Diffusion 1.x, as a folder; with 9 input channels the kind that is trained for inpainting."""
    import torch
    from diffusers import StableDiffusionInpaintPipeline, StableDiffusionPipeline

    torch.manual_seed(1)
    made = StableDiffusionPipeline if in_channels == _LATENTS else StableDiffusionInpaintPipeline
    _save(
        made(
            vae=_vae(),
            text_encoder=_text_encoder(),
            tokenizer=_tokenizer(folder),
            unet=_unet(in_channels=in_channels),
            scheduler=_scheduler(),
            safety_checker=_checker() if checker else None,
            feature_extractor=_feature_extractor() if checker else None,
            requires_safety_checker=checker,
        ),
        folder,
    )
    return folder


def v_prediction_pipeline(folder: Path, *, spacing: str = "leading") -> Path:
    """Stable Diffusion 2.x, as a folder: OpenCLIP's text encoder, linear layers around the attention, and a
    U-Net that predicts velocities."""
    import torch
    from diffusers import DDIMScheduler, StableDiffusionPipeline

    torch.manual_seed(6)
    scheduler = DDIMScheduler.from_config(
        _scheduler().config, prediction_type="v_prediction", timestep_spacing=spacing
    )
    _save(
        StableDiffusionPipeline(
            vae=_vae(),
            text_encoder=_text_encoder(hidden_act="gelu"),
            tokenizer=_tokenizer(folder),
            unet=_unet(use_linear_projection=True),
            scheduler=scheduler,
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        ),
        folder,
    )
    return folder


def xl_pipeline(folder: Path) -> Path:
    """Stable Diffusion XL, as a folder: two text encoders, and sizes among what the U-Net is told."""
    import torch
    from diffusers import StableDiffusionXLPipeline

    torch.manual_seed(2)
    _save(
        StableDiffusionXLPipeline(
            vae=_vae(),
            text_encoder=_text_encoder(),
            text_encoder_2=_text_encoder(_SECOND_WIDTH, projected=True),
            tokenizer=_tokenizer(folder),
            tokenizer_2=_tokenizer(folder),
            unet=_unet(**_XL),
            scheduler=_scheduler(),
            add_watermarker=False,
        ),
        folder,
    )
    return folder


def turbo_pipeline(folder: Path) -> Path:
    """Like `text_pipeline`, with the scheduler that models distilled to a few steps come with."""
    from diffusers import EulerAncestralDiscreteScheduler, StableDiffusionPipeline

    pipeline = StableDiffusionPipeline.from_pretrained(text_pipeline(folder))
    pipeline.scheduler = EulerAncestralDiscreteScheduler.from_config(
        pipeline.scheduler.config, timestep_spacing="trailing"
    )
    _save(pipeline, folder)
    return folder


def control_net(folder: Path, *, xl: bool = False) -> Path:
    """A ControlNet for `text_pipeline`, or `xl_pipeline`. Its last layers are random, to have effect."""
    import torch
    from diffusers import ControlNetModel

    torch.manual_seed(3)
    net = ControlNetModel(
        block_out_channels=(_WIDTH, 2 * _WIDTH),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        attention_head_dim=2,
        norm_num_groups=8,
        **(_XL if xl else {"cross_attention_dim": _WIDTH}),
        conditioning_embedding_out_channels=(8, 16, 16),  # as many halvings as the VAE has
    )
    for name, weights in net.named_parameters():
        if "controlnet_" in name:
            torch.nn.init.normal_(weights, std=0.5)
    net.save_pretrained(folder)
    return folder


def lora_file(file: Path, *, xl: bool = False) -> Path:
    """A LoRA for the attention of `text_pipeline`'s U-Net, or of `xl_pipeline`'s, in one file."""
    import torch
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(4)
    weights = {}
    for name, module in _unet(**(_XL if xl else {})).named_modules():
        if name.endswith((".to_q", ".to_v")):
            rank, (out, into) = 2, module.weight.shape
            weights[f"unet.{name}.lora_A.weight"] = torch.randn(rank, into, generator=generator)
            weights[f"unet.{name}.lora_B.weight"] = torch.randn(out, rank, generator=generator)
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(weights, file)
    return file


def autoencoder(folder: Path) -> Path:
    """The VAE alone, as a folder."""
    import torch

    torch.manual_seed(5)
    _vae().save_pretrained(folder)
    return folder


def _save(pipeline: Any, folder: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline.save_pretrained(folder, safe_serialization=True)


def _unet(in_channels: int = _LATENTS, cross_attention_dim: int = _WIDTH, **more: Any) -> Any:
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        sample_size=8,
        in_channels=in_channels,
        out_channels=_LATENTS,
        block_out_channels=(_WIDTH, 2 * _WIDTH),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=cross_attention_dim,
        attention_head_dim=2,
        norm_num_groups=8,
        **more,
    )


def _vae() -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(8, 16, 16),
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        layers_per_block=1,
        latent_channels=_LATENTS,
        norm_num_groups=4,
        sample_size=32,
    )


def _scheduler() -> Any:
    from diffusers import DDIMScheduler

    return DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, steps_offset=1
    )


def _text_encoder(width: int = _WIDTH, *, projected: bool = False, hidden_act: str = "quick_gelu") -> Any:
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        vocab_size=len(_vocabulary()),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=2,
        num_attention_heads=4,
        projection_dim=width,
        hidden_act=hidden_act,
        bos_token_id=_vocabulary()["<|startoftext|>"],
        eos_token_id=_vocabulary()["<|endoftext|>"],
        pad_token_id=_vocabulary()["<|endoftext|>"],
    )
    return CLIPTextModelWithProjection(config) if projected else CLIPTextModel(config)


def _vocabulary() -> dict[str, int]:
    letters = [chr(code) for code in range(33, 127)]
    tokens = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    return {token: number for number, token in enumerate(tokens)}


def _tokenizer(folder: Path) -> Any:
    """CLIP's tokenizer with letters only: no two are ever joined."""
    from transformers import CLIPTokenizer

    place = folder / "tokenizer"
    place.mkdir(parents=True, exist_ok=True)
    (place / "vocab.json").write_text(json.dumps(_vocabulary()), encoding="utf-8")
    (place / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    return CLIPTokenizer(str(place / "vocab.json"), str(place / "merges.txt"), model_max_length=77)


def _checker() -> Any:
    """A safety checker that flags every picture: no picture is as unlike anything as its thresholds want."""
    import torch
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
    from transformers import CLIPConfig, CLIPTextConfig, CLIPVisionConfig

    sizes: dict[str, Any] = {
        "hidden_size": _WIDTH,
        "intermediate_size": _WIDTH,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "projection_dim": _WIDTH,
    }
    config = CLIPConfig(
        text_config=CLIPTextConfig(**sizes).to_dict(),
        vision_config=CLIPVisionConfig(**sizes, image_size=32, patch_size=16).to_dict(),
        projection_dim=_WIDTH,
    )
    checker = StableDiffusionSafetyChecker(config)
    torch.nn.init.constant_(checker.concept_embeds_weights, -2.0)
    return checker


def _feature_extractor() -> Any:
    from transformers import CLIPImageProcessor

    return CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})


def main(folder: Path) -> None:
    """Write one of each kind."""
    from tests.generators.image.single_files import single_file

    single_file(text_pipeline(folder / "small-sd"), folder / "small-single.safetensors")
    text_pipeline(folder / "small-inpainting", in_channels=9)
    text_pipeline(folder / "small-checked", checker=True)
    single_file(v_prediction_pipeline(folder / "small-sd2"), folder / "small-sd2-single.safetensors")
    single_file(xl_pipeline(folder / "small-xl"), folder / "small-xl-single.safetensors")
    turbo_pipeline(folder / "small-turbo")
    control_net(folder / "small-control")
    autoencoder(folder / "small-vae")
    lora_file(folder / "small-lora.safetensors")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
