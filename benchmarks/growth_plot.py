"""How times and memory grow with the number of chunks, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

#: Values by size, under the name of what they are of.
Curves = Mapping[str, Sequence[tuple[int, float]]]


def draw_growth(file: Path, milliseconds: Curves, mebibytes: Curves, memory_of: str) -> None:
    """Write the plot (.svg or .png). Sizes are on a logarithmic axis; `memory_of` names the memory's axis."""
    import matplotlib

    matplotlib.use("svg" if file.suffix == ".svg" else "agg")
    from matplotlib import pyplot

    matplotlib.rcParams["svg.hashsalt"] = "refdesk"  # the same figures give the same file
    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for plot, curves, title in (
        (axes[0], milliseconds, "milliseconds per search"),
        (axes[1], mebibytes, memory_of),
    ):
        for label, points in curves.items():
            plot.plot(*zip(*points, strict=True), marker="o", label=label)
        plot.set(xscale="log", xlabel="chunks", ylabel=title, ylim=(0, None))
        plot.grid(alpha=0.3)
        plot.legend()
    figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)
    pyplot.close(figure)
