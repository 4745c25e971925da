"""A plot as pictures, for notebooks and files."""

from dataclasses import dataclass
from pathlib import Path

from simulator.base.errors import InputError, did_you_mean
from simulator.report.drawing import render, settings
from simulator.report.plots import PLOTS
from simulator.report.view import View


@dataclass(frozen=True)
class Picture:
    """``png`` and ``svg`` of one plot; the same run gives the same bytes."""

    name: str
    png: bytes
    svg: bytes

    def write(self, folder: str | Path) -> list[Path]:
        """Write both files into a folder; gives their paths."""
        paths = [Path(folder) / f"{self.name}.{ending}" for ending in ("png", "svg")]
        for path, content in zip(paths, (self.png, self.svg), strict=True):
            path.write_bytes(content)
        return paths

    def _repr_png_(self) -> bytes:
        return self.png


def picture(view: View, name: str, dpi: int = 100) -> Picture:
    """Draw one of ``PLOTS``. Raises InputError for any other name."""
    if name not in PLOTS:
        raise InputError("no such plot", field="plot", value=name, remedy=did_you_mean(name, PLOTS))
    with settings():
        return Picture(name, *render(PLOTS[name].draw(view), dpi))
