"""How plots are written: matplotlib's global state is left as it was; the same plot gives the same bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

_STYLE: Any = {"svg.hashsalt": "simulator", "font.size": 9, "hatch.linewidth": 0.5}


@contextmanager
def settings() -> Iterator[None]:
    """Defaults of the library whatever the user's own settings are; ids in SVG files do not depend on chance."""
    with style.context("default"), mpl.rc_context(_STYLE):
        yield


def render(figure: Figure, dpi: int) -> tuple[bytes, bytes]:
    """A figure as PNG and as SVG; inside ``settings``."""
    FigureCanvasAgg(figure)
    # The layout is worked out once, not for each file.
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    png, svg = BytesIO(), BytesIO()
    figure.savefig(png, format="png", dpi=dpi, metadata={"Software": None})
    figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return png.getvalue(), svg.getvalue()


def save(figure: Figure, folder: Path, name: str, *, dpi: int = 200) -> list[Path]:
    """Write a figure as ``name``.png and ``name``.svg; inside ``settings``."""
    paths = [folder / f"{name}.png", folder / f"{name}.svg"]
    for path, content in zip(paths, render(figure, dpi), strict=True):
        path.write_bytes(content)
    return paths
