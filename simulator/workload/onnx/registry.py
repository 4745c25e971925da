"""Which function imports which operator."""

from collections.abc import Callable

from simulator.workload.onnx.importer import Importer
from simulator.workload.onnx.model import Node, Typed
from simulator.workload.onnx.outputs import complete

Handler = Callable[[Importer, Node], None]
CONTRIB = "com.microsoft"

Rule = Callable[[Importer, Node], dict[str, Typed]]

HANDLERS: dict[tuple[str, str], Handler] = {}
"""By domain and operator."""
SHAPES: dict[tuple[str, str], Rule] = {}
"""Shapes of outputs, where the library has no rule."""


def operator(*names: str, domain: str = "", shape: Rule | None = None) -> Callable[[Handler], Handler]:
    """Register a function for some operators, and what their shape is where the library does not know them."""

    def register(handler: Handler) -> Handler:
        def checked(importer: Importer, node: Node) -> None:
            handler(importer, node)
            complete(importer, node)

        keys = [(domain, name) for name in names]
        HANDLERS.update(dict.fromkeys(keys, checked))
        if shape is not None:
            SHAPES.update(dict.fromkeys(keys, shape))
        return handler

    return register


def like_first(importer: Importer, node: Node) -> dict[str, Typed]:
    """The first output has the shape of the first input."""
    return {node.outputs[0]: importer.types[node.inputs[0]]}
