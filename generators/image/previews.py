"""A rough look at a picture that is not decoded yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

#: How much red, green and blue each of the four latent channels of Stable Diffusion 1 and 2 stands for,
#: fitted linearly to pictures (https://discuss.huggingface.co/t/decoding-latents-to-rgb-without-upscaling/23204).
_SD = ((0.298, 0.207, 0.208), (0.187, 0.286, 0.173), (-0.158, 0.189, 0.264), (-0.184, -0.271, -0.473))
#: The same for Stable Diffusion XL, as ComfyUI has it.
_XL = (
    (0.3920, 0.4054, 0.4549),
    (-0.2634, -0.0196, 0.0653),
    (0.0568, 0.1687, -0.0755),
    (-0.3112, -0.2359, -0.2076),
)


def rough_preview(latents: Any, *, xl: bool) -> Image | None:
    """One RGB pixel for each place of float [1, channels, height, width]; None for other than 4 channels."""
    import numpy as np
    from PIL import Image

    values = latents[0].detach().float().cpu().numpy()
    if values.shape[0] != len(_SD):
        return None
    colours = np.einsum("chw,cd->hwd", np.nan_to_num(values), np.array(_XL if xl else _SD))
    return Image.fromarray(np.clip((colours + 1) * 127.5, 0, 255).astype(np.uint8))
