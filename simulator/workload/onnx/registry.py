"""Which function imports which operator."""

from collections.abc import Callable

from simulator.workload.onnx.importer import Importer
from simulator.workload.onnx.model import Node

Handler = Callable[[Importer, Node], None]
CONTRIB = "com.microsoft"

HANDLERS: dict[tuple[str, str], Handler] = {}
"""By domain and operator."""


def operator(*names: str, domain: str = "") -> Callable[[Handler], Handler]:
    """Register a function for some operators."""

    def register(handler: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(((domain, name) for name in names), handler))
        return handler

    return register
