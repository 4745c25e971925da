"""Text that is drawn quickly where a plot has many equal ones."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

_SPACING = 1.2


class Outlined(Text):
    """Lines centred about a place inside the axes; outlines are worked out once for all equal texts."""

    def __init__(self, x: float, y: float, text: str, size: float, color: str) -> None:
        super().__init__(x, y, text, fontsize=size, color=color, ha="center", va="center")
        self.set_in_layout(False)

    def draw(self, renderer: Any) -> None:
        """Called by the library."""
        if not self.get_text().strip():
            return
        gc = renderer.new_gc()
        gc.set_linewidth(0)
        points = renderer.points_to_pixels(1.0)
        place = Path(np.array([self.get_transform().transform(self.get_position())]))
        outline = _outline(self.get_text(), self.get_fontsize())
        renderer.draw_markers(
            gc, outline, Affine2D().scale(points), place, Affine2D(), to_rgb(self.get_color())
        )
        gc.restore()


@lru_cache(maxsize=1000)
def _outline(text: str, size: float) -> Path:
    """In points, its middle at the origin."""
    lines = [TextPath((0, 0), line, size=size) for line in text.split("\n")]
    placed = [
        Affine2D().translate(-_span(line, 0).sum() / 2, -number * _SPACING * size).transform_path(line)
        for number, line in enumerate(lines)
        if len(line.vertices)
    ]
    whole = Path.make_compound_path(*placed)
    return Affine2D().translate(0, -_span(whole, 1).sum() / 2).transform_path(whole)


def _span(path: Path, axis: int) -> NDArray[np.float64]:
    """From where to where a path goes."""
    along = np.asarray(path.vertices, np.float64)[:, axis]
    return np.array([along.min(), along.max()])
