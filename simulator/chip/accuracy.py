"""Section ``accuracy`` of a chip file: what its numbers need beyond what its times and energies need.

Bits, rows, columns, devices a weight, read phases and the length of a read stand in ``tile``, and nowhere else.
"""

from typing import Annotated, Literal

from pydantic import Field

from simulator.base.units import Quantity
from simulator.chip.leaf import Conductance, Count, Positive, Ratio, Resistance, Steps
from simulator.chip.section import Name, Section, library
from simulator.parts.law import known


def _none(what: str) -> Quantity:
    return known(0, "ratio", "assumption", what)


class ConverterErrors(Section):
    """Errors of converters; converters that serve several columns in turn share theirs.

    Deviations over converters: ``gain`` as a share, ``offset`` in steps; ``curvature``: the largest deviation in steps
    of a third-order bow; ``noise``: deviation in steps, anew in every conversion.
    """

    gain: Ratio = library(_none("calibrated to nothing"))
    offset: Steps = library(_none("calibrated to nothing"))
    curvature: Steps = library(_none("linear"))
    noise: Steps = library(_none("none stated"))


class Wires(Section):
    """Resistance of a line from cell to cell.

    ``separate``: each polarity has rows and columns of its own, driven from one end and read at virtual ground at the
    other, cells conduct linearly. Other topologies are not modelled.
    """

    topology: Literal["separate"]
    row: Resistance
    column: Resistance


class Stuck(Section):
    """Share of devices that stay at g_min and at g_max whatever is written."""

    low: Ratio = library(_none("all devices work"))
    high: Ratio = library(_none("all devices work"))


class Compensation(Section):
    """Gains from reading known inputs again: of a tile (*global*) or of each *column*; ``vectors`` of them."""

    gain: Literal["none", "global", "column"]
    vectors: Positive


class Accuracy(Section):
    """How far results are from exact.

    ``devices``: device model by devices a polarity. ``g_max``: another than the model's. ``levels``: steps between
    g_min and g_max that can be written, if another number than the model's. ``weight_scale``: what shares the largest
    weight. ``converter_range``: full scale is what can come at most (*max*), what came at most for calibration inputs
    and ``range_margin`` of it beyond (*calibrated*), or such that a step is one of the product (*granular*).
    ``converter_sign``: the sign is one of the converter's bits, or has a counter of its own (*separate*).
    ``partial_sums``: bits of sums between tiles. ``local_arithmetic``: half precision, or so wide that nothing is lost.
    """

    devices: dict[Annotated[str, Field(pattern="^[1-8]$")], Name] = Field(min_length=1)
    g_max: Conductance | None = None
    levels: Count | None = None
    weight_scale: Literal["tile", "column"]
    converter_range: Literal["max", "calibrated", "granular"]
    converter_sign: Literal["included", "separate"] = "included"
    range_margin: Steps = library(_none("no more than calibration asks for"))
    converter: ConverterErrors = Field(default_factory=ConverterErrors)
    wires: Wires | None = None
    stuck: Stuck = Field(default_factory=Stuck)
    partial_sums: Positive
    local_arithmetic: Literal["half", "exact"]
    compensation: Compensation | None = None
