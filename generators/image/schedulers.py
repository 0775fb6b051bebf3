"""Schedulers by short names: how the noise is taken away from step to step."""

from __future__ import annotations

from typing import Any

_CLASSES: dict[str, tuple[str, dict[str, object]]] = {
    "ddim": ("DDIMScheduler", {}),
    "ddpm": ("DDPMScheduler", {}),
    "deis": ("DEISMultistepScheduler", {}),
    "dpm++": ("DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver++", "use_karras_sigmas": False}),
    "dpm++-karras": (
        "DPMSolverMultistepScheduler",
        {"algorithm_type": "dpmsolver++", "use_karras_sigmas": True},
    ),
    "dpm++-sde": ("DPMSolverMultistepScheduler", {"algorithm_type": "sde-dpmsolver++"}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler-a": ("EulerAncestralDiscreteScheduler", {}),
    "heun": ("HeunDiscreteScheduler", {}),
    "lcm": ("LCMScheduler", {}),
    "pndm": ("PNDMScheduler", {"skip_prk_steps": True}),
    "unipc": ("UniPCMultistepScheduler", {}),
}

SCHEDULERS = tuple(_CLASSES)


def scheduler_of(name: str | None, own: Any) -> Any:
    """The scheduler of that short name with the noise levels of the model's `own`; fresh, for one picture.

    Without a name it is one like the model's own.
    """
    import diffusers

    if name is None:
        return type(own).from_config(own.config)
    class_name, options = _CLASSES[name]
    return getattr(diffusers, class_name).from_config(own.config, **options)
