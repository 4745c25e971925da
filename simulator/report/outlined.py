"""Text that is drawn quickly where a plot has many equal ones."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

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
    drop = _SPACING * size
    placed = [
        Affine2D().translate(-line.get_extents().x1 / 2, -number * drop).transform_path(line)
        for number, line in enumerate(lines)
        if len(line.vertices)
    ]
    whole = Path.make_compound_path(*placed)
    box = whole.get_extents()
    return Affine2D().translate(0, -(box.y0 + box.y1) / 2).transform_path(whole)
