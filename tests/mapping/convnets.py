"""Published convolutional networks, built from their papers' tables."""

from dataclasses import dataclass, field

from simulator.workload.graph import Graph, Layer, Matrix, Source, Window


@dataclass
class Network:
    """Layers so far; every method adds one behind ``source`` and gives its name."""

    name: str
    size: int
    layers: list[Layer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.layers.append(Layer("image", "input", (), (self.size, self.size), 3))

    def __getitem__(self, name: str) -> Layer:
        return next(layer for layer in self.layers if layer.name == name)

    def _add(self, layer: Layer) -> str:
        self.layers.append(layer)
        return layer.name

    def _slide(self, source: str, kernel: int, stride: int, padding: int) -> tuple[Window, tuple[int, ...]]:
        window = Window((kernel,) * 2, (stride,) * 2, (padding,) * 2, (1, 1))
        return window, tuple((size + 2 * padding - kernel) // stride + 1 for size in self[source].grid)

    def conv(self, source: str, width: int, kernel: int, stride: int = 1) -> str:
        window, grid = self._slide(source, kernel, stride, kernel // 2)
        matrix = Matrix("weights", kernel**2 * self[source].width, width)
        name = f"conv{len(self.layers)}"
        return self._add(Layer(name, "conv2d", (Source(source),), grid, width, (matrix,), window))

    def pool(self, source: str, kernel: int, stride: int, padding: int = 0) -> str:
        window, grid = self._slide(source, kernel, stride, padding)
        name = f"pool{len(self.layers)}"
        return self._add(
            Layer(name, "max_pool2d", (Source(source),), grid, self[source].width, window=window)
        )

    def add(self, one: str, other: str) -> str:
        layer = self[one]
        sources = (Source(one), Source(other))
        return self._add(Layer(f"add{len(self.layers)}", "add", sources, layer.grid, layer.width))

    def mean(self, source: str) -> str:
        layer = self[source]
        work = layer.positions * layer.width
        name = f"mean{len(self.layers)}"
        return self._add(Layer(name, "reduce", (Source(source),), (), layer.width, operations=work))

    def flatten(self, source: str) -> str:
        layer = self[source]
        name = f"flatten{len(self.layers)}"
        return self._add(Layer(name, "flatten", (Source(source),), (), layer.width * layer.positions))

    def linear(self, source: str, width: int) -> str:
        matrix = Matrix("weights", self[source].width, width)
        name = f"linear{len(self.layers)}"
        return self._add(Layer(name, "linear", (Source(source),), (), width, (matrix,)))

    def graph(self) -> Graph:
        return Graph(self.name, tuple(self.layers), (self.layers[-1].name,))


def resnet(depth: int, size: int = 224) -> Graph:
    """He et al., CVPR 2016, table 1: 18 or 50 layers, stride in the first (18) or the 3 x 3 (50) convolution."""
    net = Network(f"resnet{depth}", size)
    at = net.pool(net.conv("image", 64, 7, 2), 3, 2, 1)
    for stage, repeats in enumerate({18: (2, 2, 2, 2), 50: (3, 4, 6, 3)}[depth]):
        for block in range(repeats):
            stride, inner = 2 if stage and not block else 1, 64 << stage
            width = inner if depth == 18 else 4 * inner
            end = net.conv(at if depth == 18 else net.conv(at, inner, 1), inner, 3, stride)
            end = net.conv(end, width, 3 if depth == 18 else 1)
            if (net[at].grid, net[at].width) != (net[end].grid, width):
                at = net.conv(at, width, 1, stride)
            at = net.add(end, at)
    net.linear(net.mean(at), 1000)
    return net.graph()


def vgg19(size: int = 224) -> Graph:
    """Simonyan and Zisserman, ICLR 2015, table 1, E."""
    net, at = Network("vgg19", size), "image"
    for width, repeats in ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4)):
        for _ in range(repeats):
            at = net.conv(at, width, 3)
        at = net.pool(at, 2, 2)
    at = net.flatten(at)
    for width in (4096, 4096, 1000):
        at = net.linear(at, width)
    return net.graph()
