"""What every step of the lowering needs: hardware, mapping, what is ideal, and the resources by name."""

from dataclasses import dataclass, field
from functools import cached_property

from simulator.mapping.lower.builder import Builder, Spot
from simulator.mapping.lower.fuse import Fusion, fuse
from simulator.mapping.plan import Mapping
from simulator.program.form import Resource
from simulator.workload.graph import Graph

IDEALS = ("network", "memory", "host")


@dataclass
class Context:
    """One lowering of one graph. ``ideal`` names what costs nothing: network, memory, host."""

    mapping: Mapping
    graph: Graph
    builder: Builder
    ideal: frozenset[str] = frozenset()
    views: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hardware = self.mapping.hardware

    @cached_property
    def fusion(self) -> Fusion:
        """Which additions happen in a local digital unit."""
        return fuse(self.graph)

    def crossbar(self, tile: str) -> tuple[int, int]:
        """A tile's array with its input modulators, and its converters: both work through an MVM's window."""
        period = self.hardware.mvm.period
        return (
            self.builder.resource(Resource(f"{tile}.crossbar", period=period, part="crossbar")),
            self.builder.resource(Resource(f"{tile}.adc", period=period, part="adc")),
        )

    def local(self, tile: str) -> int:
        """A tile's local digital unit."""
        period = self.hardware.local.period
        return self.builder.resource(Resource(f"{tile}.local", period=period, part="local_digital"))

    def input_buffer(self, tile: str) -> int:
        """A tile's input buffer, in whole vectors."""
        capacity = self.hardware.buffers.vectors
        return self.builder.resource(Resource(f"{tile}.input_buffer", capacity=capacity, part="input_buffer"))

    def link(self, source: str, target: str) -> int:
        """A directed link."""
        period = self.hardware.link.period
        return self.builder.resource(Resource(f"{source}->{target}", period=period, part="link"))

    def unit(self, name: str) -> int:
        """A global digital unit."""
        assert self.hardware.unit is not None
        return self.builder.resource(
            Resource(name, period=self.hardware.unit.unit.period, part="global_digital")
        )

    def port(self, direction: str) -> int:
        """The host port, "in" to the chip or "out" of it."""
        return self.builder.resource(Resource(f"host.{direction}", part="host"))

    def view(self, layer: str) -> int:
        """The stream whose operation p says: position p of this layer is known at the host."""
        if layer not in self.views:
            kind = self.graph[layer].kind
            self.views[layer] = self.builder.stream(
                Spot("host", "host", layer, "at host"), released=kind == "input"
            )
        return self.views[layer]
