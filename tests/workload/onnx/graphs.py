"""Small ONNX models, made by hand, and an independent count of their multiply-accumulates."""

from collections.abc import Callable, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from simulator.workload.graph import Graph
from simulator.workload.reader import Workload, load_workload

LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


def weights(name: str, *shape: int) -> onnx.TensorProto:
    """An initial value whose content does not matter."""
    return numpy_helper.from_array(np.zeros(shape, np.float32), name)


def integers(name: str, *values: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(values, np.int64), name)


def node(op: str, inputs: str, outputs: str, **attributes: Any) -> onnx.NodeProto:
    """Names are separated by spaces, "_" is left out."""
    read = ["" if name == "_" else name for name in inputs.split()]
    return helper.make_node(op, read, outputs.split(), **attributes)


def model(
    nodes: Sequence[onnx.NodeProto],
    inputs: dict[str, Sequence[int | str | None]],
    constants: Sequence[onnx.TensorProto] = (),
    *,
    outputs: Sequence[str] = (),
    opset: int = 17,
    integer: Sequence[str] = (),
    domains: Sequence[str] = (),
) -> onnx.ModelProto:
    kinds = {name: onnx.TensorProto.INT64 if name in integer else onnx.TensorProto.FLOAT for name in inputs}
    given = [helper.make_tensor_value_info(name, kinds[name], shape) for name, shape in inputs.items()]
    results = [helper.make_tensor_value_info(name, 1, None) for name in outputs or [nodes[-1].output[0]]]
    graph = helper.make_graph(list(nodes), "net", given, results, list(constants))
    imports = [helper.make_opsetid("", opset), *(helper.make_opsetid(domain, 1) for domain in domains)]
    return helper.make_model(graph, opset_imports=imports)


Read = Callable[..., Workload]


def reader(folder: Path) -> Read:
    """Writes a model to a file and loads it."""

    def read(made: onnx.ModelProto, *dims: str, allow_host: bool = False) -> Workload:
        path = folder / "net.onnx"
        path.write_bytes(made.SerializeToString())
        return load_workload(path, dims, allow_host=allow_host)

    return read


def shapes(made: onnx.ModelProto) -> dict[str, tuple[int, ...]]:
    """All shapes that the library infers for the whole model at once."""
    graph = onnx.shape_inference.infer_shapes(made, data_prop=True).graph
    found = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    for info in (*graph.value_info, *graph.input, *graph.output):
        found.setdefault(info.name, tuple(dim.dim_value for dim in info.type.tensor_type.shape.dim))
    return found


def counted(made: onnx.ModelProto) -> list[int]:
    """Multiply-accumulates of each convolution and matrix product, straight from the shapes of its tensors."""
    sizes, found = shapes(made), []
    for step in made.graph.node:
        if step.op_type == "Conv":
            found.append(prod(sizes[step.output[0]]) * prod(sizes[step.input[1]][1:]))
        elif step.op_type == "Gemm":
            transposed = any(part.name == "transA" and part.i for part in step.attribute)
            inner = sizes[step.input[0]][0 if transposed else 1]
            found.append(prod(sizes[step.output[0]]) * inner)
        elif step.op_type == "MatMul":
            found.append(prod(sizes[step.output[0]]) * sizes[step.input[0]][-1])
    return found


def macs(graph: Graph) -> list[int]:
    """The same, layer by layer of a workload."""
    return [layer.macs + layer.products for layer in graph.layers if layer.macs or layer.products]


def conv_and_attention() -> onnx.ModelProto:
    """A little of everything: a patch of an image is a word, and one layer of attention mixes them."""
    nodes = [
        node("Conv", "x w", "patches", name="patches", strides=[2, 2], pads=[0, 0, 1, 1]),
        node("Relu", "patches", "active"),
        node("Reshape", "active flat", "rows"),
        node("Transpose", "rows", "words", perm=[0, 2, 1]),
        node("MatMul", "words keys", "k", name="k"),
        node("Transpose", "k", "k.t", perm=[0, 2, 1]),
        node("MatMul", "words k.t", "scores", name="scores"),
        node("Softmax", "scores", "soft", axis=-1),
        node("MatMul", "soft words", "mixed", name="mixed"),
        node("Add", "mixed words", "sum", name="sum"),
        node("ReduceMean", "sum", "mean", name="mean", axes=[1], keepdims=0),
        node("Gemm", "mean head", "y", name="y"),
    ]
    constants = [weights("w", 16, 3, 3, 3), weights("keys", 16, 16), weights("head", 16, 10)]
    return model(nodes, {"x": ["batch", 3, 16, 16]}, [*constants, integers("flat", 0, 16, -1)], opset=13)
