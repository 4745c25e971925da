"""Where the lowering meets attention units, whatever their style."""

from simulator.mapping.lower.attention import digital
from simulator.mapping.lower.attention.style import Style, style_of
from simulator.mapping.lower.builder import constant
from simulator.mapping.lower.context import Context
from simulator.program.form import Work
from simulator.workload.graph import Layer

__all__ = ["around_stage", "digital", "keep", "stage_work"]


def stage_work(context: Context, layer: Layer) -> Work:
    """What a layer of attention asks of its stage."""
    seat = context.seats[layer.name]
    return constant(layer.positions) if seat.stage == "between" else _style(context).work(layer, seat)


def around_stage(context: Context, layer: Layer, stage: int) -> None:
    """What a stage needs beside its inputs."""
    seat = context.seats[layer.name]
    if seat.stage != "between":
        _style(context).around(layer, seat, stage)


def keep(context: Context) -> None:
    """Vectors that products look at, now or (of a token of the prompt) later, are kept at their units."""
    there = {layer.name for layer in context.graph.layers}
    for name, seat in context.seats.items():
        if name == seat.product.layer and seat.product.second in there:
            _style(context).keep(seat)


def _style(context: Context) -> Style:
    units = context.hardware.attention
    assert units is not None
    return style_of(units.unit, context)
