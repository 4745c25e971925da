"""Colours that all kinds of colour vision tell apart, and what makes axes quiet."""

from matplotlib.axes import Axes

ORANGE, GREEN, RED, SKY, PINK, YELLOW, BLUE, GREY = (
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#56B4E9",
    "#CC79A7",
    "#F0E442",
    "#0072B2",
    "#999999",
)
"""Okabe and Ito's, with grey for black."""


def tidy(axes: Axes, *, rows: bool = False) -> None:
    """No frame but the two axes; ``rows``: no ticks where each row has a name."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if rows:
        axes.tick_params(axis="y", length=0)
