"""Programs to measure engines with: the published ResNet-9, and networks of the size of well-known ones.

The latter are drawn with the streams that a crossbar chip has: input buffers of two vectors, held until used; a
matrix-vector product that holds its array until the local digital unit has taken the result; partial sums that go
from tile to tile element by element; links with credits. Tiles are 256 x 256. Times are those of a 1 GHz chip.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from simulator.program.form import (
    Duration,
    Edge,
    Event,
    Index,
    Inference,
    Int,
    Kind,
    Program,
    Resource,
    Scope,
    Segment,
    Stream,
    Work,
)

ROOT = Path(__file__).parents[2]
SIDE = 256


@dataclass
class Builder:
    """One segment, stream by stream."""

    resources: list[Resource] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    work: dict[int, Work] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def resource(self, name: str, capacity: int = 1, period: int = 1) -> int:
        """Number of a new resource."""
        self.resources.append(Resource(name, capacity, period=period))
        return len(self.resources) - 1

    def stream(self, name: str, n: int, time: int | Duration, *resources: int, gap: int | None = None) -> int:
        """Number of a new stream of ``n`` operations that take ``time`` [ps]."""
        duration = time if isinstance(time, Duration) else Duration(time)
        self.streams.append(Stream(name, resources, gap=gap))
        self.work[len(self.streams) - 1] = Work(n, duration, duration)
        return len(self.streams) - 1

    def wait(self, source: int, target: int, lag: int = 0, index: Int | None = None) -> None:
        """``target`` begins when ``source`` is done."""
        self.edges.append(Edge(source, target, lag=lag, index=Index(table=index)))

    def credit(self, taker: int, giver: int, count: int) -> None:
        """``giver`` is at most ``count`` operations ahead of what ``taker`` has released."""
        index = Index(-count)
        self.edges.append(Edge(taker, giver, event=Event.FREE, index=index, scope=Scope.GLOBAL))

    def stream_through(self, source: int, target: int, element: int) -> None:
        """``target`` starts with the first element of ``source`` and ends with its last."""
        self.edges.append(Edge(source, target, event=Event.START, lag=element))
        self.edges.append(Edge(source, target, Kind.FINISH, Event.DONE, element, element))

    def program(self, inferences: int) -> Program:
        """All that was built, run so many times."""
        segment = Segment("inference", self.work, self.edges)
        return Program(self.resources, self.streams, [segment], [Inference()] * inferences)

    def tile(self, name: str, n: int, before: int, reads: Int | None) -> tuple[int, int]:
        """Input buffer, array and local unit of one tile; the streams that take the input and give the result."""
        link = self.stream(f"{name}.link", n, 32_000, self.resource(f"{name}.link"))
        buffer = self.stream(f"{name}.input", n, 0, self.resource(f"{name}.input", 2), gap=0)
        mvm = self.stream(f"{name}.mvm", n, 133_000, self.resource(f"{name}.array", 1, 1_000))
        local = self.stream(f"{name}.local", n, 64_000, self.resource(f"{name}.local", 1, 1_000))
        if before >= 0:
            self.wait(before, link, index=reads)
        self.credit(buffer, link, 2)
        self.wait(link, buffer)
        self.wait(buffer, mvm)
        self.edges.append(Edge(mvm, buffer, Kind.HOLD, Event.DONE))
        self.wait(mvm, local, lag=1_000)
        self.edges.append(Edge(local, mvm, Kind.HOLD, Event.FREE, index=Index(-1), scope=Scope.GLOBAL))
        return link, local

    def matrix(self, name: str, n: int, size: tuple[int, int], before: int, reads: Int | None) -> int:
        """Tiles of a matrix, whose partial sums go down the rows; the stream that completes an output vector."""
        last = before
        rows, columns = size
        for column in range(-(-columns // SIDE)):
            above = -1
            for row in range(-(-rows // SIDE)):
                _, local = self.tile(f"{name}[{row},{column}]", n, before, reads)
                if above >= 0:
                    hop = self.stream(f"{name}[{row},{column}].sum", n, 64_000, self.resource(f"{name} hop"))
                    self.stream_through(above, hop, 1_000)
                    self.stream_through(hop, local, 1_000)
                    self.credit(local, above, 2)
                above = local
            last = above
        return last


def window(positions: int, before: int, kernel: int) -> Int:
    """Last position of the layer before that each position of a square feature map looks at."""
    side, old = round(positions**0.5), round(before**0.5)
    y, x = np.divmod(np.arange(side * side), side)
    stride = old // side
    reach = kernel // 2
    last = np.minimum(y * stride + reach, old - 1) * old + np.minimum(x * stride + reach, old - 1)
    return np.maximum.accumulate(last)


def resnet50_like() -> Program:
    """The convolutions of a ResNet-50 on an image of 224 x 224, one image."""
    layers = [(12_544, 7, 3, 64)]
    channels = 64
    for positions, blocks, width in ((3_136, 3, 64), (784, 4, 128), (196, 6, 256), (49, 3, 512)):
        for _ in range(blocks):
            for kernel, wide, out in ((1, channels, width), (3, width, width), (1, width, 4 * width)):
                layers.append((positions, kernel, wide, out))
            channels = 4 * width
    builder, before, old = Builder(), -1, 0
    for number, (positions, kernel, wide, out) in enumerate(layers):
        reads = window(positions, old, kernel) if before >= 0 else None
        before = builder.matrix(f"conv{number}", positions, (kernel * kernel * wide, out), before, reads)
        old = positions
    return builder.program(1)


def transformer_like(tokens: int = 128) -> Program:
    """Twelve layers of width 768, more than 5,000 streams; attention on eight shared units grows with the token."""
    builder = Builder()
    units = builder.resource("digital units", 8)
    before = -1
    for layer in range(12):
        sides = [builder.matrix(f"{layer}.{name}", tokens, (768, 768), before, None) for name in "qkv"]
        attention = builder.stream(f"{layer}.attention", tokens, Duration(20_000, 500), units)
        for side in sides:
            builder.wait(side, attention)
        out = builder.matrix(f"{layer}.out", tokens, (768, 768), attention, None)
        norm = builder.stream(f"{layer}.norm", tokens, 50_000, units)
        builder.wait(out, norm)
        wide = builder.matrix(f"{layer}.up", tokens, (768, 3072), norm, None)
        activation = builder.stream(f"{layer}.activation", tokens, 50_000, units)
        builder.wait(wide, activation)
        before = builder.matrix(f"{layer}.down", tokens, (3072, 768), activation, None)
    return builder.program(1)


def published(network: str, images: int, chip: str = "ibm14nm") -> Program:
    """A network of workloads/ as lowered to a chip of chip_configs/."""
    from simulator.chip.reader import load_chip
    from simulator.mapping.lower.lower import lower
    from simulator.study.run import plan, schedule
    from simulator.trace.pattern import RequestPattern
    from simulator.trace.trace import record_trace
    from simulator.workload.reader import load_workload

    file = load_chip(ROOT / "chip_configs" / f"{chip}.yaml")
    workload = load_workload(ROOT / "workloads" / f"{network}.yaml")
    trace = record_trace(workload, RequestPattern(count=images))
    return lower(plan(file, trace), trace.graphs, schedule(trace))


def resnet9(images: int) -> Callable[[], Program]:
    """The published ResNet-9 on the 64-core chip."""
    return lambda: published("resnet9_cifar10", images)


PROGRAMS: dict[str, Callable[[], Program]] = {
    "ResNet-9 x1": resnet9(1),
    "ResNet-9 x16": resnet9(16),
    "ResNet-9 x1000": resnet9(1000),
    "ResNet-50-like": resnet50_like,
    "transformer-like": transformer_like,
    "transformer-like, 1,024 tokens": lambda: transformer_like(1024),
}
