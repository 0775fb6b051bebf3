"""ControlNets beside a pipeline: found, loaded, and sharing memory with all other models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generators.devices import bytes_per_number
from generators.errors import ModelUnusable
from machine import MemoryBroker, Need, Pool, Residence


@dataclass(frozen=True, slots=True)
class ControlNetFiles:
    """A folder in diffusers' form; with `single_file` the weights are there, and the folder says the rest."""

    folder: Path
    single_file: Path | None = None

    @property
    def weights(self) -> list[Path]:
        return [self.single_file] if self.single_file else sorted(self.folder.glob("*.safetensors"))


class ControlNets:
    """The one that was asked for last has a place in memory; asking for another gives it up."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker
        self._model: str | None = None
        self._residence: Residence[Any] | None = None

    @contextmanager
    def use(
        self, model: str, pipeline: Any, dtype: Any, pool: Pool, cancelled: Callable[[], bool]
    ) -> Iterator[Any]:
        """The ControlNet of that folder or .safetensors file, for the pipeline, in its precision.

        `pool` is the memory that it will lie in. Raises ModelUnusable, MemoryShort and WaitStopped.
        """
        if self._residence is None or self._model != model:
            self.close()
            files = find_control_net(model)
            self._model = model
            self._residence = self._broker.residence(
                (self, model),  # a pipeline hangs hooks on it, so that no other can use it
                f"the ControlNet {Path(model).expanduser().name}",
                lambda: [control_net_need(files, dtype, pool)],
                lambda: load_control_net(files, pipeline, dtype),
                _emptied,
            )
        with self._residence.use(cancelled) as net:
            yield net

    def close(self) -> None:
        """Gives its place up."""
        if self._residence is not None:
            self._residence.leave()
            self._model = self._residence = None


def find_control_net(model: str) -> ControlNetFiles:
    """Its folder, or its .safetensors file, whose configuration is in a folder of its name.

    Raises ModelUnusable where there is none.
    """
    path = Path(model).expanduser()
    files = (
        ControlNetFiles(path.with_suffix(""), single_file=path) if path.is_file() else ControlNetFiles(path)
    )
    if not (files.folder / "config.json").is_file():
        raise ModelUnusable(
            f"There is no ControlNet at {path}: a folder with config.json and .safetensors weights is "
            "needed, for instance from: hf download lllyasviel/control_v11p_sd15_canny --local-dir "
            "models/canny (licence OpenRAIL, about 1.4 GB)."
        )
    return files


def control_net_need(files: ControlNetFiles, dtype: Any, pool: Pool) -> Need:
    """Its weights in that precision; the pipeline's own working memory does for both."""
    weights = files.weights
    if not weights:
        return Need(0)  # loading says in words what is missing
    numbers = sum(file.stat().st_size for file in weights) // bytes_per_number(weights)
    return Need(numbers * int(dtype.itemsize), pool=pool)


def load_control_net(files: ControlNetFiles, pipeline: Any, dtype: Any) -> Any:
    """Raises ModelUnusable, also for one that was trained for another kind of model than the pipeline's."""
    from diffusers import ControlNetModel

    where = files.single_file or files.folder
    try:
        if files.single_file is not None:
            net = ControlNetModel.from_single_file(
                str(files.single_file), config=str(files.folder), dtype=dtype, local_files_only=True
            )
        else:
            net = ControlNetModel.from_pretrained(
                str(files.folder), dtype=dtype, use_safetensors=True, local_files_only=True
            )
    except Exception as error:  # whatever a damaged or foreign file makes of the libraries
        raise ModelUnusable(f"The ControlNet at {where} cannot be loaded: {error}") from error
    if net.config.cross_attention_dim != pipeline.unet.config.cross_attention_dim:
        raise ModelUnusable(
            f"The ControlNet at {where} was trained for another kind of model: Stable Diffusion 1, 2 and XL "
            "each need one of their own. Name one for this model."
        )
    return net


def _emptied(net: Any) -> None:
    """Takes the weights out of it: hooks that moved it between devices may still hold the network."""
    net.to_empty(device="meta")
