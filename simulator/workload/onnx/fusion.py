"""Digital operators that work on one vector after the other become one layer, as a digital unit would do them.

What exporters write as eight operators (GELU, layer normalisation, rotation of positions) is one pass over the values.
"""

from collections import defaultdict
from collections.abc import Sequence
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
    gone: set[str] = set()
    for name in reversed(list(importer.layers)):
        if name not in gone and importer.layers[name].kind == "elementwise":
            region = _region(importer, name, readers)
            gone |= region - {name}
            if len(region) > 1:
                _merge(importer, name, region)
                for inner in region:
                    importer.layers.pop(inner) if inner != name else None
                    importer.specs.pop(inner) if inner != name else None


def _region(importer: Importer, last: str, readers: dict[str, set[str]]) -> set[str]:
    region, looked = {last}, [last]
    while looked:
        for source in importer.layers[looked.pop()].inputs:
            inner = importer.layers[source.layer]
            if (
                inner.name not in region
                and _inside(inner, importer.layers[last])
                and readers[inner.name] <= region
            ):
                region.add(inner.name)
                looked.append(inner.name)
                # What this one made complete may have been passed over before.
                looked += [name for name in region if name not in looked]
    return region


def _inside(layer: Layer, last: Layer) -> bool:
    """Whether a layer works on each vector by itself."""
    own = layer.kind == "elementwise" or (layer.kind in ("reduce", "rearrange") and not layer.inputs[0].reach)
    return own and layer.positions == last.positions and not any(source.delay for source in layer.inputs)


def _merge(importer: Importer, last: str, region: set[str]) -> None:
    layers = [importer.layers[name] for name in importer.layers if name in region]
    read = {source.layer: None for layer in layers for source in layer.inputs if source.layer not in region}
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
