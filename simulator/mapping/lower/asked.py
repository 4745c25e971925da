"""What MVMs are asked for, and what is known of their inputs and devices: for what they cost."""

from fractions import Fraction

from simulator.mapping.lower.context import Context
from simulator.mapping.split import Piece
from simulator.program.form import Asked
from simulator.workload.graph import Layer
from simulator.workload.matrices import mean_level


def asked(context: Context, layer: Layer, piece: Piece, *, backward: bool = False) -> Asked:
    """Bits of a layer, statistics of what drives a piece of it, and how many lines of the array that drives."""
    source = layer if piece.reads < 0 else context.graph[layer.inputs[piece.reads].layer]
    lines = context.hardware.columns if backward else context.hardware.rows
    return Asked(
        layer.asked("magnitude_bits"),
        layer.asked("output_bits"),
        source.density,
        source.magnitude,
        mean_level(layer),
        Fraction(piece.height + piece.bias_rows, lines),
    )
