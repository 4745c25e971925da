"""Where each layer of a network is computed."""

from simulator.mapping.lower.builder import Builder
from simulator.mapping.lower.context import Context
from simulator.mapping.lower.link_path import on_chip
from simulator.mapping.plan import Mapping
from simulator.workload.graph import Layer

WHERE = {
    "tiles": "its matrices sit on tiles",
    "in LAYER": "completed by that layer's local units",
    "on the way": "by the units that send its input on",
    "attention unit": "by a unit for attention",
    "host": "by the host",
}
"""What ``where`` says -> its meaning."""


def where(mapping: Mapping) -> dict[str, str]:
    """Layer -> one of ``WHERE``, in the order of the network."""
    context = Context(mapping, mapping.graph, Builder())
    return {layer.name: _of(context, layer) for layer in mapping.graph.layers}


def _of(context: Context, layer: Layer) -> str:
    if layer.matrices:
        return "tiles"
    if layer.name in context.fusion.into:
        return f"in {context.fusion.into[layer.name]}"
    if context.hardware.transport == "links" and on_chip(context, layer.name) is not None:
        return "on the way"
    return "attention unit" if layer.name in context.seats else "host"


def matrix_text(layer: Layer) -> str:
    """``1152x128``; several matrices of a layer joined by +."""
    return "+".join(f"{matrix.rows}x{matrix.columns}" for matrix in layer.matrices)
