"""What every step of the lowering needs: hardware, mapping, what is ideal, and the resources by name."""

from dataclasses import dataclass, field
from functools import cached_property

from simulator.chip.topology import chip_of, on_chip, physical
from simulator.mapping.lower.attention.seats import Seat, attention_resource, seats
from simulator.mapping.lower.builder import Builder, Spot
from simulator.mapping.lower.core_homes import core_homes
from simulator.mapping.lower.fuse import Fusion, fuse
from simulator.mapping.lower.reads import last_index
from simulator.mapping.plan import Mapping
from simulator.program.form import Index, Resource
from simulator.workload.graph import Graph, Layer, Source

IDEALS = ("network", "memory", "host")


@dataclass
class Context:
    """One lowering of one graph. ``ideal`` names what costs nothing: network, memory, host.

    ``longest``: the graph is one token, of which so many may stand in a sequence; 0: it is a whole inference.
    ``cached``: layers whose results are kept for later tokens.
    """

    mapping: Mapping
    graph: Graph
    builder: Builder
    ideal: frozenset[str] = frozenset()
    longest: int = 0
    cached: tuple[str, ...] = ()
    views: dict[str, int] = field(default_factory=dict)
    indices: dict[tuple[str, Source], Index] = field(default_factory=dict)
    hops: dict[tuple[str, int], int] = field(default_factory=dict)
    programs: dict[str, int] = field(default_factory=dict)
    fed: set[int] = field(default_factory=set)
    kept: dict[str, int] = field(default_factory=dict)
    moves: dict[tuple[str, str], int] = field(default_factory=dict)
    trees: dict[tuple[str, tuple[str, ...]], list[tuple[str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hardware = self.mapping.hardware

    @cached_property
    def fusion(self) -> Fusion:
        """Which additions happen in a local digital unit."""
        if self.hardware.transport == "circuits" or self.hardware.partial_sums == "host":
            return Fusion({}, {})  # the host adds
        return fuse(self.graph)

    @cached_property
    def turned(self) -> frozenset[str]:
        """Names of tiles whose arrays are used in both directions."""
        return frozenset(map(self.here, self.mapping.turned))

    @cached_property
    def seats(self) -> dict[str, Seat]:
        """Layer -> what an attention unit does for it; the same for all shapes of the network."""
        return seats(self.mapping)

    @cached_property
    def homes(self) -> dict[str, int]:
        """Layer -> the chip, from 1, at whose host it is known first: its tiles' or unit's, else its last input's."""
        found: dict[str, int] = {}
        for layer in self.graph.layers:
            home = self.graph[self.fusion.home(layer.name)]
            inputs = (found[source.layer] for source in layer.inputs if not source.delay)
            found[layer.name] = self.mapping.chip(home.name) if home.matrices else max(inputs, default=1)
            if layer.name in self.seats:
                found[layer.name] = self.seats[layer.name].chip
        return found

    @cached_property
    def cores(self) -> dict[str, str]:
        """Layer -> the compute core that keeps it; see ``core_homes``."""
        return core_homes(self.mapping, self.graph, self.fusion.into, self.homes, self.seats)

    @property
    def carried(self) -> bool:
        """Whether activations take time from layer to layer."""
        return ("host" if self.hardware.cores is None else "network") not in self.ideal

    def here(self, name: str) -> str:
        """Name of what is there; see ``Hardware.site``."""
        return self.hardware.site(name)

    def crossbar(self, tile: str) -> tuple[int, int]:
        """A tile's array with its input modulators, and its converters: both work through an MVM's window.

        An array that is used in both directions is set up anew whenever they change.
        """
        period, tile, setup = self.hardware.mvm.period, self.here(tile), None
        if tile in self.turned:
            switch = self.hardware.backward or 0
            setup = ((0, switch), (switch, 0))
        return (
            self.builder.resource(Resource(f"{tile}.crossbar", period=period, setup=setup, part="crossbar")),
            self.builder.resource(Resource(f"{tile}.adc", period=period, part="adc")),
        )

    def local(self, tile: str) -> int:
        """A tile's local digital unit."""
        period = self.hardware.local.period
        return self.builder.resource(
            Resource(f"{self.here(tile)}.local", period=period, part="local_digital")
        )

    def input_buffer(self, tile: str, layer: str) -> tuple[int, str]:
        """A tile's input buffer, in whole vectors, and its name; pieces that share a tile have rows of their own."""
        name = f"{tile}.input_buffer" + (f" {layer}" if tile in self.mapping.shared else "")
        capacity = self.hardware.buffers.vectors
        return self.builder.resource(Resource(name, capacity=capacity, part="input_buffer")), name

    def link(self, source: str, target: str) -> int:
        """A directed link."""
        period = self.hardware.link.period
        name = f"{self.here(source)}->{self.here(target)}"
        return self.builder.resource(Resource(name, period=period, part="link"))

    def unit(self, name: str) -> int:
        """A global digital unit."""
        assert self.hardware.unit is not None
        return self.builder.resource(
            Resource(self.here(name), period=self.hardware.unit.unit.period, part="global_digital")
        )

    def port(self, direction: str, node: str) -> tuple[int, str]:
        """The host port of a node's chip, "in" or "out", and its name."""
        name = self.here(on_chip(chip_of(node), self.hardware.chips, f"host.{direction}"))
        return self.builder.resource(Resource(name, part="host")), name

    def last(self, layer: Layer, source: Source) -> Index:
        """Index of the latest position of a source that the layer's position k reads; one table for all who ask."""
        if (layer.name, source) not in self.indices:
            self.indices[layer.name, source] = last_index(layer, source, self.graph[source.layer])
        return self.indices[layer.name, source]

    def view(self, layer: str) -> int:
        """The stream whose operation p says: position p of this layer is known at the host."""
        if layer not in self.views:
            kind = self.graph[layer].kind
            if layer in self.seats:
                self.views[layer] = self._seated(layer, self.seats[layer])
            elif self.computed(layer) and self.hardware.cores is not None:
                core = self.here(self.cores[layer])
                kind_of = physical(core).partition("[")[0] + "_core"
                processor = self.builder.resource(Resource(core, part=kind_of))
                self.views[layer] = self.builder.stream(Spot(core, kind_of, layer, "computed"), (processor,))
            elif self.computed(layer):
                spot = Spot("host.compute", "host_compute", layer, "computed")
                processor = self.builder.resource(Resource("host.compute", part="host_compute"))
                self.views[layer] = self.builder.stream(spot, (processor,))
            else:
                spot = Spot("host", "host", layer, "at host")
                self.views[layer] = self.builder.stream(spot, released=kind == "input")
        return self.views[layer]

    def _seated(self, layer: str, seat: Seat) -> int:
        """The stream of a layer that an attention unit computes; what stands between its stages takes no time."""
        units = self.hardware.attention
        assert units is not None
        server = units.unit.server(seat.stage)
        if not server:
            return self.builder.stream(Spot(self.here(seat.unit), "attention", layer, "passed on"))
        name, part = f"{self.here(seat.unit)}.{server}", f"attention_{server}"
        row = Resource(name, period=units.unit.period, part=part)
        taken = (
            row,
            *(attention_resource(self.here(seat.unit), name) for name in units.unit.beside(seat.stage)),
        )
        return self.builder.stream(
            Spot(name, part, layer, "computed"), tuple(map(self.builder.resource, taken))
        )

    def computed(self, layer: str) -> bool:
        """Whether the host's processor spends time on a layer."""
        home = self.graph[self.fusion.home(layer)]
        timed = (self.hardware.host.compute or self.hardware.cores) is not None and "host" not in self.ideal
        return timed and not home.matrices and home.operations > 0
