"""How plots are written: matplotlib's global state is left as it was; the same plot gives the same bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

_STYLE: Any = {"svg.hashsalt": "simulator", "font.size": 9, "hatch.linewidth": 0.5}
_EFFORT = 3
"""Of the compression of a PNG: half the time of the usual 6, for a tenth more bytes."""


@contextmanager
def settings() -> Iterator[None]:
    """Defaults of the library whatever the user's own settings are; ids in SVG files do not depend on chance."""
    with style.context("default"), mpl.rc_context(_STYLE):
        yield


def render(figure: Figure, dpi: int) -> tuple[bytes, bytes]:
    """A figure as PNG and as SVG; inside ``settings``."""
    figure.set_dpi(dpi)
    canvas: Any = FigureCanvasAgg(figure)
    # Works out the layout as well; ``savefig`` would draw five times for two files.
    canvas.draw()
    png, svg = BytesIO(), BytesIO()
    picture = Image.fromarray(np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[:, :, :3]))
    picture.save(png, format="png", compress_level=_EFFORT, dpi=(dpi, dpi))
    figure.set_layout_engine(None)
    figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return png.getvalue(), svg.getvalue()


def save(figure: Figure, folder: Path, name: str, *, dpi: int = 200) -> list[Path]:
    """Write a figure as ``name``.png and ``name``.svg; inside ``settings``."""
    paths = [folder / f"{name}.png", folder / f"{name}.svg"]
    for path, content in zip(paths, render(figure, dpi), strict=True):
        path.write_bytes(content)
    return paths
