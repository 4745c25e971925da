"""Digital operators that work on one vector after the other become one layer, as a digital unit would do them.

What exporters write as eight operators (GELU, layer normalisation, rotation of positions) is one pass over the values.
"""

from collections import defaultdict
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any

from simulator.workload.graph import Layer
from simulator.workload.onnx.importer import Importer


def fuse(importer: Importer, outputs: Sequence[str]) -> None:
    """Merge every region of digital layers that only its last layer leads out of."""
    readers: dict[str, set[str]] = defaultdict(set)
    for layer in importer.layers.values():
        for source in layer.inputs:
            readers[source.layer].add(layer.name)
    for name in outputs:
        readers[name].add("")
    order = {name: number for number, name in enumerate(importer.layers)}
    gone: set[str] = set()
    for name in reversed(order):
        if name not in gone and importer.layers[name].kind == "elementwise":
            region = _region(importer, name, readers, order)
            gone |= region - {name}
            if len(region) > 1:
                _merge(importer, name, sorted(region, key=order.__getitem__))
                for inner in region - {name}:
                    importer.layers.pop(inner)
                    importer.specs.pop(inner)


def _region(importer: Importer, last: str, readers: dict[str, set[str]], order: dict[str, int]) -> set[str]:
    """From the last backwards, so that all readers of a layer have been looked at before it is."""
    region, looked = {last}, {last}
    waiting = [(-order[last], last)]
    while waiting:
        _, name = heappop(waiting)
        layer = importer.layers[name]
        if name != last and not (_inside(layer, importer.layers[last]) and readers[name] <= region):
            continue
        region.add(name)
        for source in layer.inputs:
            if source.layer not in looked:
                looked.add(source.layer)
                heappush(waiting, (-order[source.layer], source.layer))
    return region


def _inside(layer: Layer, last: Layer) -> bool:
    """Whether a layer works on each vector by itself."""
    own = layer.kind == "elementwise" or (layer.kind in ("reduce", "rearrange") and not layer.inputs[0].reach)
    return own and layer.positions == last.positions and not any(source.delay for source in layer.inputs)


def _merge(importer: Importer, last: str, region: Sequence[str]) -> None:
    """``region``: in order."""
    layers, inside = [importer.layers[name] for name in region], set(region)
    read = {source.layer: None for layer in layers for source in layer.inputs if source.layer not in inside}
    end = importer.layers[last]
    ordered = sorted(read, key=lambda name: importer.layers[name].positions != end.positions)
    total = sum(layer.operations for layer in layers)
    functions = dict.fromkeys(str(layer.attributes["function"]) for layer in layers)
    words: dict[str, Any] = {
        "function": ".".join(functions)[:64].rstrip("."),
        "operations": -(-total // (end.positions * end.width)),
        "trained": sum(layer.parameters for layer in layers),
    }
    reduces = any(layer.kind == "reduce" for layer in layers)
    if reduces and len(ordered) == 1 and importer.layers[ordered[0]].width == end.width:
        importer.replace(last, {"kind": "normalise", "inputs": ordered, **words})
    else:
        importer.replace(last, {"kind": "elementwise", "inputs": ordered, "width": end.width, **words})
