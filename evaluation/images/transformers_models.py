"""Models as transformers saves them: any picture model as an extractor, CLIP for pictures and texts."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.images.missing import how_to_get_a_clip_model, how_to_get_an_extractor
from evaluation.images.network_files import as_float64, folder_sha256, model_folder
from evaluation.images.protocol import Extracted
from generators.devices import Device, chosen_device
from generators.errors import GenerationFailed, ModelUnusable

if TYPE_CHECKING:
    from PIL.Image import Image

    from evaluation.images.protocol import Features

_CLASSIFIER = "ForImageClassification"


class _Loaded:
    """A folder's model and what prepares its input, loaded when they are first needed."""

    def __init__(self, folder: Path, id: str, cache_folder: Path, device: Device) -> None:
        self.folder = folder
        self._id = id
        self._cache_folder = cache_folder
        self._device = device
        self._lock = threading.RLock()
        self._closed = False
        self._model: Any = None
        self._parts: dict[str, Any] = {}

    @property
    def id(self) -> str:
        return self._id

    @property
    def sha256(self) -> str | None:
        return folder_sha256(self.folder, self._cache_folder)

    def close(self) -> None:
        with self._lock:
            self._closed, self._model = True, None
            self._parts.clear()

    def _ready(self) -> Any:
        """The model, on its device."""
        with self._lock:
            if self._closed:
                raise GenerationFailed(f"{self._id} was closed. Build a new one.")
            if self._model is None:
                import transformers
                from transformers import AutoConfig, AutoModel, AutoModelForImageClassification

                transformers.utils.logging.disable_progress_bar()
                config = self._of_folder(AutoConfig)
                named = (getattr(config, "architectures", None) or [""])[0]
                kind = AutoModelForImageClassification if named.endswith(_CLASSIFIER) else AutoModel
                model = self._of_folder(kind, use_safetensors=True)
                self._model = model.float().eval().to(chosen_device(self._device))
            return self._model

    def _part(self, name: str, **options: Any) -> Any:
        """An image processor or a tokenizer, by its class in transformers."""
        import transformers

        with self._lock:
            if name not in self._parts:
                self._parts[name] = self._of_folder(getattr(transformers, name), **options)
            return self._parts[name]

    def _of_folder(self, kind: Any, **options: Any) -> Any:
        try:
            return kind.from_pretrained(self.folder, local_files_only=True, **options)
        except Exception as error:  # whatever a damaged or foreign folder makes of the library
            raise ModelUnusable(f"The model in {self.folder} cannot be loaded: {error}") from error

    def _pixels(self, pictures: Sequence[Image], device: Any) -> Any:
        # PIL's way of preparing is the same with and without torchvision.
        processor = self._part("AutoImageProcessor", backend="pil")
        return processor(images=list(pictures), return_tensors="pt")["pixel_values"].to(device)


class TransformersExtractor(_Loaded):
    """A FeatureExtractor of any picture model that transformers knows.

    Features are what the model pools, else its first token, of CLIP its picture vectors. A classifier gives
    its classes' probabilities, too.
    """

    def __init__(self, folder: Path, *, id: str, cache_folder: Path, device: Device = "auto") -> None:
        super().__init__(model_folder(folder, how_to_get_an_extractor()), id, cache_folder, device)

    def extract(self, pictures: Sequence[Image]) -> Extracted:
        import torch

        model, count = self._ready(), len(pictures)
        pixels = self._pixels(pictures, model.device)
        with self._lock, torch.inference_mode():
            try:
                seen, logits = _seen(model, pixels)
            except (RuntimeError, TypeError, ValueError) as error:
                raise ModelUnusable(f"{self._id} is no model for pictures alone: {error}") from error
        probabilities = None if logits is None else logits.double().softmax(dim=-1)
        return Extracted(
            as_float64(_pooled(seen), count, "features", self._id),
            None if probabilities is None else as_float64(probabilities, count, "classes", self._id),
        )


class ClipModel(_Loaded):
    """An ImageTextModel of a CLIP model's folder."""

    def __init__(self, folder: Path, *, id: str, cache_folder: Path, device: Device = "auto") -> None:
        super().__init__(model_folder(folder, how_to_get_a_clip_model()), id, cache_folder, device)

    @property
    def most_tokens(self) -> int:
        return int(self._both().config.text_config.max_position_embeddings)

    def is_too_long(self, text: str) -> bool:
        ids = self._part("AutoTokenizer")(text, truncation=True, max_length=self.most_tokens + 1)["input_ids"]
        return len(ids) > self.most_tokens

    def pictures(self, pictures: Sequence[Image]) -> Features:
        import torch

        model = self._both()
        pixels = self._pixels(pictures, model.device)
        with self._lock, torch.inference_mode():
            vectors = _pooled(model.get_image_features(pixel_values=pixels))
        features: Features = as_float64(vectors, len(pictures), "vectors", self._id)
        return features

    def texts(self, texts: Sequence[str]) -> Features:
        import torch

        model = self._both()
        tokens = self._part("AutoTokenizer")(
            list(texts), padding=True, truncation=True, max_length=self.most_tokens, return_tensors="pt"
        ).to(model.device)
        with self._lock, torch.inference_mode():
            vectors = _pooled(
                model.get_text_features(
                    input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
                )
            )
        features: Features = as_float64(vectors, len(texts), "vectors", self._id)
        return features

    def _both(self) -> Any:
        """The model, which knows pictures and texts. Raises ModelUnusable for one that does not."""
        model = self._ready()
        if not hasattr(model, "get_image_features") or not hasattr(model, "get_text_features"):
            raise ModelUnusable(f"{self._id} is no CLIP model.\n{how_to_get_a_clip_model()}")
        return model


def _seen(model: Any, pixels: Any) -> tuple[Any, Any]:
    """What the model's body gives, and the logits of its classes or None."""
    if hasattr(model, "get_image_features"):
        return model.get_image_features(pixel_values=pixels), None
    body = model.base_model
    if body is model:
        return model(pixel_values=pixels), None
    kept: list[Any] = []
    hook = body.register_forward_hook(lambda _module, _into, out: kept.append(out))
    try:
        logits = model(pixel_values=pixels).logits
    finally:
        hook.remove()
    return kept[0], logits


def _pooled(out: Any) -> Any:
    """One vector for each picture or text: of a tensor itself, of an output what was pooled."""
    if hasattr(out, "shape"):
        return out
    if getattr(out, "pooler_output", None) is not None:
        return out.pooler_output
    last = out.last_hidden_state if hasattr(out, "last_hidden_state") else out[0]
    return last[:, 0] if last.ndim == 3 else last.mean(dim=tuple(range(2, last.ndim)))
