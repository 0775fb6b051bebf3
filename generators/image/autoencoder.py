"""Autoencoders: a picture as a small array and back, and how much is lost on the way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.errors import ModelUnusable
from generators.image.decoder_networks import Network, load_network
from generators.image.decoder_sidecar import DecoderDescription
from generators.image.pixels import picture_of, pixels_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image


class Autoencoder:
    """What a sidecar of the kind "autoencoder" describes: a VAE of diffusers, or an encoder and a decoder."""

    def __init__(self, about: DecoderDescription) -> None:
        self._about = about
        if about.architecture == "AutoencoderKL":
            self._encode, self._decode = _diffusers_networks(about.weights[0])
        elif len(about.weights) == 2:
            self._encode, self._decode = (load_network(file) for file in about.weights)
        else:
            raise ModelUnusable(
                f'{about.title} needs an encoder and a decoder, or a folder and architecture "AutoencoderKL".'
            )

    def encode(self, picture: Image) -> NDArray[np.float32]:
        """Its array, float32 with a batch of 1: of a VAE the mean, without chance."""
        return self._encode(pixels_of(picture, self._about))

    def decode(self, array: NDArray[np.float32]) -> Image:
        """The picture of an array of that shape."""
        return picture_of(self._decode(array), self._about)

    def reconstruct(self, picture: Image) -> Image:
        """What is left of a picture: denoised, as far as the network has only seen clean ones."""
        return self.decode(self.encode(picture))

    def reconstruction_error(self, picture: Image) -> float:
        """Mean squared difference of pixels, as shares of the range, from 0 to 1.

        High for pictures unlike those the network was trained with: a measure of anomaly.
        """
        import numpy as np

        before = pixels_of(picture, self._about)
        span = self._about.highest - self._about.lowest
        after = np.clip(self.round_trip(before), self._about.lowest, self._about.highest)
        return float(np.mean(((after - before) / span) ** 2))

    def round_trip(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """Encoded and decoded, both as the network has it."""
        return self._decode(self._encode(pixels))


def _diffusers_networks(folder: Path) -> tuple[Network, Network]:
    from generators.image.pipeline_loading import require_diffusers

    require_diffusers()
    import torch
    from diffusers import AutoencoderKL

    try:
        vae = AutoencoderKL.from_pretrained(str(folder), use_safetensors=True, local_files_only=True)
    except Exception as error:  # whatever a damaged or foreign file makes of the libraries
        raise ModelUnusable(f"The autoencoder in {folder} cannot be loaded: {error}") from error

    def encode(pixels: NDArray[Any]) -> NDArray[np.float32]:
        with torch.inference_mode():
            mean: NDArray[np.float32] = vae.encode(torch.from_numpy(pixels)).latent_dist.mode().numpy()
            return mean

    def decode(latents: NDArray[Any]) -> NDArray[np.float32]:
        with torch.inference_mode():
            pixels: NDArray[np.float32] = vae.decode(torch.from_numpy(latents)).sample.numpy()
            return pixels

    return encode, decode
