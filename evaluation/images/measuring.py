"""Made pictures become figures: FID beside real ones, Inception Score, CLIP score with their prompts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.errors import NothingToMeasure
from evaluation.images.distance import FEWEST_PICTURES, frechet_distance
from evaluation.images.inception_score import PARTS, inception_score
from evaluation.images.looking import Seen, look_at
from evaluation.images.pictures import find_pictures
from evaluation.images.report import ImageReport, UsedNetwork
from evaluation.intervals import bootstrap_intervals
from evaluation.measured import Measured
from evaluation.stated_texts import texts_of, unused_names
from generators.image.picture_files import read_note

if TYPE_CHECKING:
    from evaluation.images.protocol import FeatureExtractor, Features, ImageTextModel


def measure_images(
    made: Path,
    real: Path | None = None,
    *,
    extractor: FeatureExtractor | None = None,
    clip: ImageTextModel | None = None,
    prompts: Mapping[str, str] | None = None,
    batch_size: int = 32,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> ImageReport:
    """All figures that these pictures and networks allow.

    FID takes `real` and an extractor; Inception Score an extractor that knows classes; the CLIP score a
    `clip` model and prompts by file, else those that the pictures' own notes tell. `seed` draws parts.
    `progress` hears how many pictures of how many were looked at.

    Raises NothingToMeasure where none of these can be had, and what the networks raise.
    """
    made_folder = find_pictures(made)
    real_folder = find_pictures(real) if real is not None and extractor is not None else None
    asked = texts_of(made_folder.files, prompts, read_note, "image") if clip is not None else {}
    if clip is not None and not asked and extractor is None:
        raise NothingToMeasure(
            f"No picture in {made} has a prompt: none carries a note of how it was made. "
            "Give a CSV with the columns file and prompt (--prompts)."
        )
    total = len(made_folder.files) + (len(real_folder.files) if real_folder else 0)
    done = 0

    def tell(count: int) -> None:
        nonlocal done
        done += count
        progress(done, total)

    seen = look_at(made_folder, extractor, clip, asked, batch_size=batch_size, progress=tell)
    compared = look_at(real_folder, extractor, batch_size=batch_size, progress=tell) if real_folder else None
    figures = (*_distances(seen, compared, seed), *_inception(seen, seed), *_clip(seen, seed))
    if not figures:
        raise NothingToMeasure(_why_nothing(seen, compared, extractor))
    networks = [network for network in (extractor, clip) if network is not None]
    return ImageReport(
        made_count=seen.count,
        real_count=compared.count if compared else None,
        networks=tuple(UsedNetwork(network.id, network.sha256) for network in networks),
        figures=figures,
        pictures=seen.prompted,
        left_out=(*seen.left_out, *(compared.left_out if compared else ())),
        warnings=(
            *_size_warnings(seen, compared),
            *(_count_warnings(seen, compared, extractor) if extractor is not None else ()),
            *(_prompt_warnings(seen, clip, prompts, asked) if clip is not None else ()),
        ),
    )


def _distances(seen: Seen, real: Seen | None, seed: int) -> Iterator[Measured]:
    """The FID, and how far two halves of the real pictures lie apart: what chance gives, of half as many."""
    if real is None or seen.features is None or real.features is None or min(seen.count, real.count) < 2:
        return
    yield Measured("fid", frechet_distance(real.features, seen.features), seen.count, "lower")
    if real.count >= 4:
        yield Measured("fid_of_real_halves", _of_halves(real.features, seed), real.count, None)


def _of_halves(features: Features, seed: int) -> float:
    import numpy as np

    order = np.random.default_rng(seed).permutation(len(features))
    middle = len(features) // 2
    return frechet_distance(features[order[:middle]], features[order[middle:]])


def _inception(seen: Seen, seed: int) -> Iterator[Measured]:
    if seen.probabilities is None or seen.count < 2:
        return
    score = inception_score(seen.probabilities, seed)
    yield Measured("inception_score", score.value, seen.count, "higher")
    if score.part_mean is not None:
        yield Measured(
            f"inception_score_of_{PARTS}_parts",
            score.part_mean,
            seen.count,
            "higher",
            deviation=score.part_deviation,
        )


def _clip(seen: Seen, seed: int) -> Iterator[Measured]:
    if not seen.prompted:
        return
    scores = [picture.clip_score for picture in seen.prompted]
    # Nobody's pictures come near 100, so that end is not held for known.
    low, high = bootstrap_intervals(scores, lowest=0.0, seed=seed)
    mean = sum(scores) / len(scores)
    yield Measured("clip_score", mean, len(scores), "higher", float(low), float(high))


def _why_nothing(seen: Seen, real: Seen | None, extractor: FeatureExtractor | None) -> str:
    if real is not None:
        return (
            f"FID takes two pictures on each side; {seen.count} made and {real.count} real ones can be read. "
            f"Below {FEWEST_PICTURES:,} it says little."
        )
    if extractor is not None and seen.probabilities is None:
        return (
            f"{extractor.id} knows no classes, so it gives no Inception Score, and for FID a folder of "
            "real pictures is missing. Name it before the made ones."
        )
    return "One picture alone has no Inception Score. Give more of them, or a CLIP model and prompts."


def _size_warnings(seen: Seen, real: Seen | None) -> Iterator[str]:
    if len(seen.sizes) > 1:
        yield f"The made pictures have {len(seen.sizes)} sizes, {_span(seen.sizes)}; all are brought to one."
    if real is not None and real.sizes != seen.sizes:
        yield (
            f"Made pictures are {_span(seen.sizes)} pixels and real ones {_span(real.sizes)}: part of the "
            "FID is how they were resized."
        )


def _span(sizes: frozenset[tuple[int, int]]) -> str:
    smallest, largest = min(sizes, key=_area), max(sizes, key=_area)
    words = [f"{width}x{height}" for width, height in dict.fromkeys((smallest, largest))]
    return " to ".join(words)


def _area(size: tuple[int, int]) -> int:
    return size[0] * size[1]


def _count_warnings(seen: Seen, real: Seen | None, extractor: FeatureExtractor) -> Iterator[str]:
    if extractor.sha256 is None:
        yield f"The extractor {extractor.id} has no weights and knows no pictures: its numbers mean nothing."
    fewest = min(seen.count, real.count) if real is not None else seen.count
    if fewest < FEWEST_PICTURES:
        yield (
            f"Only {fewest:,} pictures: FID comes out too high and Inception Score too low below "
            f"{FEWEST_PICTURES:,}, which FID's authors recommend at least (published ones are of 50,000). "
            "Compare only with figures of as many."
        )
    if real is not None and seen.features is not None and fewest <= (width := seen.features.shape[1]):
        yield (
            f"{fewest:,} pictures have a singular covariance in {width:,} dimensions: the FID is mostly bias."
        )


def _prompt_warnings(
    seen: Seen, clip: ImageTextModel, prompts: Mapping[str, str] | None, asked: Mapping[str, str]
) -> Iterator[str]:
    if (without := seen.count - len(seen.prompted)) > 0:
        yield f"{without:,} of {seen.count:,} made pictures have no prompt and no CLIP score."
    if prompts is not None and (unused := unused_names(asked, prompts)):
        yield f"The file of prompts names {len(unused):,} pictures that are not there, as {unused[0]}."
    if seen.cut_prompts:
        yield (
            f"{seen.cut_prompts:,} prompts are longer than the {clip.most_tokens} tokens that {clip.id} "
            "reads; it scored their beginnings."
        )
