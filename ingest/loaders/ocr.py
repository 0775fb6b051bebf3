"""Text recognition by RapidOCR, whose models lie in its own package."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ingest.loaders.ocr_decoding import SpacedDecoder
from ingest.loaders.recognition import RecognisedLine, RecogniserMissing

if TYPE_CHECKING:
    from rapidocr_onnxruntime import RapidOCR

    from ingest.loaders.recognition import Picture

_LONGEST_SIDE = (
    8000  # RapidOCR would shrink from 2000 on; how large pictures are is decided by who makes them
)


class RapidOcrRecogniser:
    """Reads Latin and Chinese letters in any picture. Other scripts come out wrong, with little confidence.

    Holds some 200 MB of models, and while it reads up to about 1 GB for a picture of 4 million pixels.
    `threads` is how many cores one picture may take. Nothing is loaded before the first picture.
    """

    def __init__(self, threads: int = 1) -> None:
        if threads < 1:
            raise ValueError(f"threads is {threads}; recognition needs at least 1")
        self._threads = threads
        self._engine: RapidOCR | None = None
        self._lock = threading.Lock()

    def recognise(self, picture: Picture) -> tuple[RecognisedLine, ...]:
        import numpy as np

        height, width = picture.shape[:2]
        found, _ = self._loaded()(np.ascontiguousarray(picture[:, :, ::-1]))  # it wants blue first
        lines = []
        for corners, text, confidence in found or ():
            across, down = zip(*corners, strict=True)
            lines.append(
                RecognisedLine(
                    text=str(text),
                    confidence=float(confidence),
                    left=min(across) / width,
                    top=min(down) / height,
                    right=max(across) / width,
                    bottom=max(down) / height,
                )
            )
        return tuple(lines)

    def shows_text(self, picture: Picture) -> bool:
        import numpy as np

        found, _ = self._loaded()(np.ascontiguousarray(picture[:, :, ::-1]), use_rec=False)
        return found is not None and len(found) > 0

    def _loaded(self) -> RapidOCR:
        with self._lock:
            if self._engine is None:
                self._engine = _load(self._threads)
            return self._engine


def _load(threads: int) -> RapidOCR:
    try:
        from rapidocr_onnxruntime import RapidOCR
    except ImportError as error:
        if error.name is None:  # it is there, and a library of the system under it is not
            raise RecogniserMissing(
                f"text recognition (OCR) does not start ({error}): apt install libgl1 libglib2.0-0"
            ) from error
        raise RecogniserMissing(
            "text recognition (OCR) is not installed: pip install 'refdesk[ocr]'"
        ) from error
    engine = RapidOCR(
        # Turned pages are turned back whole; guessing for each line whether it stands on its head
        # costs time and sometimes turns a good one.
        use_cls=False,
        intra_op_num_threads=threads,
        inter_op_num_threads=1,
        max_side_len=_LONGEST_SIDE,
        text_score=0.0,
    )
    engine.text_rec.postprocess_op = SpacedDecoder(engine.text_rec.postprocess_op.character)
    return engine
