"""What of a model has a say in its outputs; the rest no runtime would compute."""

from dataclasses import replace

from simulator.base.errors import InputError
from simulator.workload.onnx.model import Model


def living(model: Model) -> Model:
    """The model without operators that nobody reads. Raises ``InputError`` for an output that nobody makes."""
    made = {name for node in model.nodes for name in node.outputs}
    for name in model.outputs:
        if name not in made and name not in model.inputs and name not in model.constants:
            raise InputError("is made by no operator", place=model.path, field="output", value=name[:60])
    read, kept = set(model.outputs), []
    for node in reversed(model.nodes):
        if not read.isdisjoint(node.outputs):
            kept.append(node)
            read.update(node.inputs, node.captured)
    if not kept:
        raise InputError("gives nothing that depends on its inputs", place=model.path)
    return replace(model, nodes=tuple(reversed(kept)))
