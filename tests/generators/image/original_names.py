"""What diffusers calls a weight, and what the files of Stable Diffusion's first publication call it."""

from __future__ import annotations

import re

_WHOLE = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}
_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
_LAYERS = 1  # per block, of the small U-Net


def original_unet_name(name: str) -> str:
    """A weight of `small_pipelines`' U-Net: attention stands in its lower level."""
    for ours, theirs in _WHOLE.items():
        if name.startswith(f"{ours}."):
            return name.replace(ours, theirs, 1)
    if found := re.match(r"(down|up)_blocks\.(\d)\.(resnets|attentions)\.(\d)\.(.+)", name):
        side, block, kind, layer, rest = found.groups()
        down = side == "down"
        place = int(block) * (_LAYERS + 1) + int(layer) + down
        return f"{'input' if down else 'output'}_blocks.{place}.{_part(kind, rest)}"
    if found := re.match(r"down_blocks\.(\d)\.downsamplers\.0\.conv\.(.+)", name):
        return f"input_blocks.{(int(found[1]) + 1) * (_LAYERS + 1)}.0.op.{found[2]}"
    if found := re.match(r"up_blocks\.(\d)\.upsamplers\.0\.conv\.(.+)", name):
        return f"output_blocks.{int(found[1]) * (_LAYERS + 1) + _LAYERS}.2.conv.{found[2]}"
    found = re.match(r"mid_block\.(resnets|attentions)\.(\d)\.(.+)", name)
    assert found is not None, name
    place = 1 if found[1] == "attentions" else int(found[2]) * 2
    rest = found[3] if found[1] == "attentions" else _resnet(found[3])
    return f"middle_block.{place}.{rest}"


def original_vae_name(name: str, levels: int) -> str:
    name = name.replace("conv_norm_out", "norm_out")
    if found := re.match(r"(encoder\.down|decoder\.up)_blocks\.(\d)\.(.+)", name):
        side, block, rest = found.groups()
        level = int(block) if side.endswith("down") else levels - 1 - int(block)
        rest = re.sub(r"(down|up)samplers\.0", r"\1sample", rest).replace("resnets", "block")
        return f"{side}.{level}.{rest}".replace("conv_shortcut", "nin_shortcut")
    if found := re.match(r"(.+)\.mid_block\.resnets\.(\d)\.(.+)", name):
        return f"{found[1]}.mid.block_{int(found[2]) + 1}.{found[3]}"
    if found := re.match(r"(.+)\.mid_block\.attentions\.0\.(.+)", name):
        theirs = found[2].replace("group_norm", "norm").replace("to_out.0", "proj_out")
        theirs = re.sub("to_([qkv])", r"\1", theirs)
        return f"{found[1]}.mid.attn_1.{theirs}"
    return name


def _part(kind: str, rest: str) -> str:
    return f"1.{rest}" if kind == "attentions" else f"0.{_resnet(rest)}"


def _resnet(rest: str) -> str:
    part, _, kind = rest.partition(".")
    return f"{_RESNET[part]}.{kind}"
