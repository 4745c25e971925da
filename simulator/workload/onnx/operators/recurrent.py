"""LSTM, GRU and RNN, forward, backward and both ways."""

from collections.abc import Callable
from functools import partial
from math import prod

import numpy as np

from simulator.workload.graph import Layer
from simulator.workload.onnx.importer import Delayed, Importer
from simulator.workload.onnx.matrices import gates
from simulator.workload.onnx.model import Array, Constant, Node
from simulator.workload.onnx.registry import operator

_GATES = {"GRU": 3, "RNN": 1}
_CELL = {"GRU": 16, "RNN": 2}
"""Operations per hidden value: gates that are added up and squashed (as in ``pointwise``), then mixed."""


@operator("LSTM", "GRU", "RNN")
def recurrent(importer: Importer, node: Node) -> None:
    """One layer per direction; the backward one reads a sequence turned round."""
    value, weights = importer.active(), importer.constant(2)
    if importer.constant(1) is None or weights is None or len(weights.shape) != 3:
        raise importer.refused("must have constant weights [directions, gates, width]")
    first = node.integer("layout", 0) == 1
    steps, batch = (1, 0) if first else (0, 1)
    if len(value.shape) != 3 or value.shape[batch] != 1:
        remedy = "Bind the batch to 1 and ask for more with --batch or --count"
        raise importer.refused("must read a batch of one", list(value.shape), remedy)
    source = importer.arrange(value, [steps], [value.shape[steps]])
    hidden, direction = weights.shape[2], node.text("direction", "forward")
    source = _with_state(importer, source)
    ways = {"forward": [False], "reverse": [True]}.get(direction, [False, True])
    made = [_way(importer, source, hidden, number, back=back) for number, back in enumerate(ways)]
    _outputs(importer, made, steps)


def _with_state(importer: Importer, source: str) -> str:
    """A state that another layer gives has to be there before the first step."""
    layers = [source]
    for number in (5, 6):
        if importer.input(number) in importer.values:
            value = importer.active(number)
            if not importer.free(value):
                layers.append(importer.natural(value)[0])
    if len(layers) == 1:
        return source
    layer = importer.layers[source]
    words = {"function": "state", "grid": list(layer.grid), "width": layer.width}
    return importer.emit("rearrange", layers, "", f"{importer.node.name}.begin", **words)


def _way(importer: Importer, source: str, hidden: int, number: int, *, back: bool) -> str:
    """Outputs of one direction, the ``number``-th of the node's weights, in the order of its steps."""
    label = f"{importer.node.name}.back" if back else importer.node.name
    if back:
        source = _turned(importer, source, f"{label}.turned")
    bias = bool(importer.input(3))
    if importer.node.op == "LSTM":
        layer = importer.emit("lstm", [source], "", label, hidden=hidden, bias=bias)
        for word, values in zip(("input_gate", "hidden_gate"), _weights(importer, number), strict=True):
            importer.hold(layer, partial(_gates, values), word)
        return layer
    return _cells(importer, source, label, hidden, number, bias=bias)


def _weights(importer: Importer, number: int) -> list[Callable[[], Array]]:
    """Weights of a direction for the input and for the state, shape (gates, width)."""
    constants = [constant for place in (1, 2) if (constant := importer.constant(place)) is not None]
    return [partial(_of_way, constant, number) for constant in constants]


def _of_way(constant: Constant, number: int) -> Array:
    return np.asarray(constant.whole()[number])


def _gates(values: Callable[[], Array]) -> Array:
    return gates(values())


def _turned_weights(values: Callable[[], Array]) -> Array:
    return values().T


def _turned(importer: Importer, source: str, name: str) -> str:
    layer = importer.layers[source]
    words = {"function": "reverse", "grid": list(layer.grid), "width": layer.width}
    return importer.emit("rearrange", [source], "", name, **words)


def _cells(importer: Importer, source: str, label: str, hidden: int, number: int, *, bias: bool) -> str:
    """A matrix for the input, one for the state a step ago, and a digital cell that closes the loop."""
    node, grid = importer.node, importer.layers[source].grid
    width = _GATES[node.op] * hidden
    name = importer.reserve(f"{label}.cell")
    importer.promised[name] = Layer(name, "elementwise", (), grid, hidden)
    before: Delayed = {"layer": name, "delay": 1}
    read = importer.emit("linear", [source], "", f"{label}.input", width=width, bias=bias)
    state = importer.emit("linear", [before], "", f"{label}.state", width=width, bias=bias)
    for layer, values in zip((read, state), _weights(importer, number), strict=True):
        importer.hold(layer, partial(_turned_weights, values))
    words = {"function": node.op.lower(), "operations": _CELL[node.op], "width": hidden}
    return importer.emit("elementwise", [read, state, before], "", name, **words)


def _outputs(importer: Importer, made: list[str], steps: int) -> None:
    """All steps, and the last state (for an LSTM also that of its cell)."""
    node = importer.node
    plain = node.text("direction", "forward") == "forward"
    for number, name in enumerate(node.outputs):
        if not name or not importer.read(name):
            continue
        if number == 0 and plain:
            importer.give(made[0], [steps])
            continue
        result = importer.shape(number)
        grid = [result[steps]] if number == 0 else []
        words = {"function": "steps" if grid else "last", "grid": grid, "width": prod(result) // prod(grid)}
        layer = importer.emit("rearrange", made, "", name, **words)
        importer.give(layer, [steps] if grid else [], number)
