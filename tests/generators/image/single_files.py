"""Pipelines in one .safetensors file, under the names of Stable Diffusion's first publications."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.generators.image.original_names import original_unet_name, original_vae_name

_OPEN_CLIP = {
    "embeddings.token_embedding.weight": "token_embedding.weight",
    "embeddings.position_embedding.weight": "positional_embedding",
    "final_layer_norm.weight": "ln_final.weight",
    "final_layer_norm.bias": "ln_final.bias",
}
_OPEN_CLIP_PARTS = {
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn.out_proj": "attn.out_proj",
}
_PARTS = "|".join(map(re.escape, _OPEN_CLIP_PARTS))


def single_file(pipeline_folder: Path, file: Path) -> Path:
    """The weights of a small Stable Diffusion 1, 2 or XL in one file, named as those were published.

    Beside it, in a folder of the same name, what such a file lacks: configurations and the tokenizer.
    """
    import shutil

    import torch
    from diffusers import DiffusionPipeline
    from safetensors.torch import save_file

    pipeline = DiffusionPipeline.from_pretrained(pipeline_folder)
    weights = {
        f"model.diffusion_model.{original_unet_name(name)}": tensor
        for name, tensor in pipeline.unet.state_dict().items()
    }
    for name, tensor in pipeline.vae.state_dict().items():
        weights[f"first_stage_model.{original_vae_name(name, levels=3)}"] = tensor
    first = pipeline.text_encoder
    if second := getattr(pipeline, "text_encoder_2", None):
        weights |= _prefixed("conditioner.embedders.0.transformer.", _clip(first.state_dict()))
        weights |= _prefixed("conditioner.embedders.1.model.", _open_clip(second.state_dict()))
    elif first.config.hidden_act == "gelu":
        weights |= _prefixed("cond_stage_model.model.", _open_clip(first.state_dict()))
    else:
        weights |= _prefixed("cond_stage_model.transformer.", _clip(first.state_dict()))
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(
        {name: tensor.contiguous() for name, tensor in weights.items() if tensor.dtype != torch.int64}, file
    )
    shutil.copytree(pipeline_folder, file.with_suffix(""), ignore=shutil.ignore_patterns("*.safetensors"))
    return file


def _prefixed(prefix: str, weights: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}{name}": tensor for name, tensor in weights.items()}


def _clip(weights: Mapping[str, Any]) -> dict[str, Any]:
    """OpenAI's CLIP: the names are as transformers has them."""
    return {
        name if name.startswith("text_model.") else f"text_model.{name}": tensor
        for name, tensor in weights.items()
    }


def _open_clip(weights: Mapping[str, Any]) -> dict[str, Any]:
    """OpenCLIP's names: query, key and value are one matrix, and the projection is turned."""
    import torch

    named: dict[str, Any] = {}
    for whole, tensor in weights.items():
        name = whole.removeprefix("text_model.")
        if name in _OPEN_CLIP:
            named[_OPEN_CLIP[name]] = tensor
        elif name == "text_projection.weight":
            named["text_projection"] = tensor.T
        elif found := re.fullmatch(r"encoder\.layers\.(\d+)\.self_attn\.q_proj\.(weight|bias)", name):
            parts = [weights[whole.replace("q_proj", part)] for part in ("q_proj", "k_proj", "v_proj")]
            named[f"transformer.resblocks.{found[1]}.attn.in_proj_{found[2]}"] = torch.cat(parts)
        elif found := re.fullmatch(rf"encoder\.layers\.(\d+)\.({_PARTS})\.(weight|bias)", name):
            named[f"transformer.resblocks.{found[1]}.{_OPEN_CLIP_PARTS[found[2]]}.{found[3]}"] = tensor
    return named
