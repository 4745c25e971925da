"""The crossbar: cells that conduct in parallel while the lines are driven, and lines that must settle."""

from dataclasses import dataclass
from fractions import Fraction

from simulator.parts.law import Range

LINES = Range(16, 1024, "arrays built so far, up to 1024 x 1024 (Le Gallo et al. 2023, ED Table II)")
DEVICES = Range(1, 16, "one to sixteen devices a weight")


@dataclass(frozen=True)
class Size:
    """Rows (inputs), columns (outputs) and devices a weight."""

    rows: int
    columns: int
    devices: int

    @property
    def total(self) -> int:
        """Devices of the array."""
        return self.rows * self.columns * self.devices

    def check(self) -> None:
        """InputError outside the sizes of arrays that have been built."""
        LINES.check(self.rows, "rows")
        LINES.check(self.columns, "columns")
        DEVICES.check(self.devices, "devices_per_weight")


def devices(size: Size, anchor: Size) -> Fraction:
    """Devices over those of the anchor: power and area grow with it, whatever the shape."""
    size.check()
    return Fraction(size.total, anchor.total)


def settling(size: Size, anchor: Size) -> Fraction:
    """Settling time of the longest line over the anchor's: distributed RC, square of the length (Elmore 1948)."""
    size.check()
    return max(Fraction(size.rows, anchor.rows), Fraction(size.columns, anchor.columns)) ** 2


@dataclass(frozen=True)
class Window:
    """What a device may conduct: ``low`` to ``high`` [uS] in so many equal ``levels``.

    ``down``: step of a depression pulse over that of a potentiation pulse.
    """

    low: Fraction
    high: Fraction
    levels: int
    down: Fraction = Fraction(1)

    @property
    def spacing(self) -> Fraction:
        """From one level to the next [uS]."""
        return (self.high - self.low) / (self.levels - 1)

    def at(self, level: Fraction) -> Fraction:
        """Conductance [uS] from 0, the lowest level, to 1, the highest."""
        return self.low + (self.high - self.low) * level

    @property
    def mean(self) -> Fraction:
        """Mean of devices spread evenly over all levels [uS]."""
        return self.at(Fraction(1, 2))

    @property
    def asymmetry(self) -> Fraction:
        """Largest distance between a sweep up, pulse by pulse, and the mirrored sweep down, over the window."""
        return abs(1 - self.down)

    def power(self, devices: int, square: Fraction) -> Fraction:
        """Power [mW] of devices spread evenly, driven with a mean square voltage [V^2]: Ohm's law."""
        return devices * self.mean * square / 1000
