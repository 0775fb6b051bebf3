"""What can be set about the engine that draws. Building this loads nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from generators.devices import Device

#: `whole`: all of the model on the device. `offload`: one part at a time. `sequential`: one layer at a time.
Placement = Literal["auto", "whole", "offload", "sequential"]


@dataclass(frozen=True, slots=True)
class ImageSettings:
    """`model` is a folder in diffusers' form, a single .safetensors file, or `owner/name` on the hub; for
    GANs and autoencoders the .toml file beside their weights (see `decoder_sidecar`).

    `scripted` is the fake: plain colours, no model.
    """

    model: str
    configuration: str | None = None
    """For a single file: the folder with its configurations and tokenizer. Without it a folder of the file's
    name beside it is taken."""
    device: Device = "auto"
    placement: Placement = "auto"
    fetch: bool = False
    """Whether a model on the hub may be fetched. Without it nothing opens a connection."""
    check_pictures: bool = True
    """Whether the model's own safety checker looks at what was made, where the model has one."""
