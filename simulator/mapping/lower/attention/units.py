"""Where the lowering meets attention units, whatever their style."""

from simulator.mapping.lower.attention import computation_crossbar, digital, gain_cell, rewritten_array
from simulator.mapping.lower.attention.style import Style, style_of
from simulator.mapping.lower.builder import constant
from simulator.mapping.lower.context import Context
from simulator.program.form import Work
from simulator.workload.graph import Layer

__all__ = [
    "around_stage",
    "computation_crossbar",
    "digital",
    "gain_cell",
    "keep",
    "rewritten_array",
    "stage_work",
]


def stage_work(context: Context, layer: Layer) -> Work:
    """What a layer of attention asks of its stage."""
    seat = context.seats[layer.name]
    return _style(context).work(layer, seat) if _works(context, layer) else constant(layer.positions)


def around_stage(context: Context, layer: Layer, stage: int) -> None:
    """What a stage needs beside its inputs."""
    if _works(context, layer):
        _style(context).around(layer, context.seats[layer.name], stage)


def keep(context: Context) -> None:
    """Vectors that products look at, now or (of a token of the prompt) later, are kept at their units."""
    there = {layer.name for layer in context.graph.layers}
    for name, seat in context.seats.items():
        if name == seat.product.layer and seat.product.second in there:
            _style(context).keep(seat)


def _works(context: Context, layer: Layer) -> bool:
    """Whether a layer's stage takes time."""
    units = context.hardware.attention
    return units is not None and bool(units.unit.server(context.seats[layer.name].stage))


def _style(context: Context) -> Style:
    units = context.hardware.attention
    assert units is not None
    return style_of(units.unit, context)
