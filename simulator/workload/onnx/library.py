"""The only module that imports ``onnx``: bytes to a plain model, shapes of outputs, small constants."""

from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.inliner
from google.protobuf.message import DecodeError
from onnx import defs, helper, numpy_helper, shape_inference
from onnx.reference import ReferenceEvaluator

from simulator.base.errors import InputError
from simulator.workload.onnx import external
from simulator.workload.onnx.functions import expanded
from simulator.workload.onnx.model import Array, Branch, Constant, Dimension, Model, Node, Typed
from simulator.workload.onnx.wire import Tensors, model_bytes

MAX_NODES = 100_000
_RANDOM = (
    "RandomNormal",
    "RandomUniform",
    "RandomNormalLike",
    "RandomUniformLike",
    "Bernoulli",
    "Multinomial",
)

_PACKED = (onnx.TensorProto.INT4, onnx.TensorProto.UINT4)
"""Element types of which two share a byte."""


class ShapeError(ValueError):
    """The shape of an operator's output does not follow."""


def load(path: Path) -> Model:
    """Read a model; values in files of their own are opened when asked for. Raises ``InputError``."""
    proto = _parsed(path)
    if proto.functions:
        proto = _inlined(proto, path)
    graph = proto.graph
    if not graph.node:
        raise InputError("holds no operator", place=str(path))
    if len(graph.node) > MAX_NODES:
        raise _too_many(path, len(graph.node))
    held = Tensors(path)
    constants = {tensor.name: _constant(tensor, path, held) for tensor in graph.initializer}
    constants |= {sparse.values.name: _sparse(sparse) for sparse in graph.sparse_initializer}
    return Model(
        path=str(path),
        nodes=tuple(_nodes(graph, path)),
        inputs={info.name: _declared(info.type) for info in graph.input if info.name not in constants},
        constants=constants,
        outputs=tuple(info.name for info in graph.output),
        opsets={_domain(entry.domain): entry.version for entry in proto.opset_import},
        hints={
            info.name: _declared(info.type)
            for info in (*graph.value_info, *graph.output)
            if info.type.tensor_type.HasField("shape")
        },
    )


def _parsed(path: Path) -> onnx.ModelProto:
    content = model_bytes(path)
    try:
        proto = onnx.ModelProto()
        proto.ParseFromString(content)
    except (DecodeError, RecursionError) as error:
        remedy = "Export the model again, or copy the file again"
        raise InputError("is not an ONNX model", place=str(path), remedy=remedy) from error
    return proto


def _inlined(proto: onnx.ModelProto, path: Path) -> onnx.ModelProto:
    size = expanded(proto)
    if size > MAX_NODES:
        raise _too_many(path, size)
    versions = {_domain(entry.domain): entry.version for entry in proto.opset_import}
    other = [
        body.name
        for body in proto.functions
        if any(
            versions.get(_domain(entry.domain), entry.version) != entry.version for entry in body.opset_import
        )
    ]
    try:
        if not other:
            return onnx.inliner.inline_local_functions(proto)
        return onnx.inliner.inline_local_functions(_with_types(proto), convert_version=True)
    except Exception as error:
        raise _misfit(path, other, error) from error


def _with_types(proto: onnx.ModelProto) -> onnx.ModelProto:
    """The model with the types of all tensors, which a change of version needs to know."""
    typed = shape_inference.infer_shapes(proto)
    for tensor in typed.graph.initializer:
        typed.graph.value_info.append(
            helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
        )
    return typed


def _misfit(path: Path, other: list[str], error: Exception) -> InputError:
    if not other:
        return InputError(f"has functions that do not fit: {_first(error)}", place=str(path))
    return InputError(
        "is of another operator version than the model and cannot be converted",
        place=str(path),
        field=f"function {other[0][:60]}",
        remedy="Export the model with one version for all, or with its functions inlined",
    )


def _too_many(path: Path, count: int) -> InputError:
    return InputError(f"must have at most {MAX_NODES:,} operators", place=str(path), value=count)


def _domain(text: str) -> str:
    return "" if text == "ai.onnx" else text


def _nodes(graph: onnx.GraphProto, path: Path) -> Iterator[Node]:
    for number, node in enumerate(graph.node):
        name = node.name or next((name for name in node.output if name), f"{node.op_type}_{number}")
        try:
            attributes = {part.name: _attribute(part, path) for part in node.attribute}
        except (ValueError, TypeError) as error:
            rule = f"has an attribute that cannot be read: {_first(error)}"
            raise InputError(rule, place=str(path), field=f"node {name} ({node.op_type})") from error
        yield Node(
            op=node.op_type,
            domain=_domain(node.domain),
            name=name,
            inputs=tuple(node.input),
            outputs=tuple(node.output),
            form=node,
            attributes=attributes,
            captured=tuple(_captured(node)),
        )


def _captured(node: onnx.NodeProto) -> Iterator[str]:
    for part in node.attribute:
        for graph in (part.g, *part.graphs):
            yield from (info.name for info in graph.output)
            for inner in graph.node:
                yield from inner.input
                yield from _captured(inner)


def branch(model: Model, node: Node, name: str) -> Branch | None:
    """A graph that a node holds as an attribute; None if it holds none of this name."""
    graph = node.attributes.get(name)
    if not isinstance(graph, onnx.GraphProto) or len(graph.node) > MAX_NODES:
        return None
    path = Path(model.path)
    constants = {tensor.name: _constant(tensor, path) for tensor in graph.initializer}
    return Branch(tuple(_nodes(graph, path)), constants, tuple(info.name for info in graph.output))


def _attribute(part: onnx.AttributeProto, path: Path) -> Any:
    value = helper.get_attribute_value(part)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, onnx.TensorProto):
        return _constant(value, path)
    return list(value) if part.type == onnx.AttributeProto.INTS else value


def _declared(form: onnx.TypeProto) -> tuple[tuple[Dimension, ...], int]:
    tensor = form.tensor_type
    return tuple(_dimension(part) for part in tensor.shape.dim), tensor.elem_type


def _dimension(part: Any) -> Dimension:
    if part.HasField("dim_value"):
        return int(part.dim_value)
    return part.dim_param or None


def _constant(tensor: onnx.TensorProto, path: Path, held: Tensors | None = None) -> Constant:
    typed = Typed(tuple(tensor.dims), tensor.data_type)
    if any(size < 0 for size in typed.shape):
        raise InputError(
            "sizes must not be negative", place=str(path), field=tensor.name, value=list(tensor.dims)
        )
    if tensor.data_location == onnx.TensorProto.EXTERNAL:
        external.checked(_entries(tensor), path, tensor.name)
        return Constant(typed, lambda: _beside(tensor, path), lambda: _external(tensor, path))
    return Constant(typed, lambda: _array(tensor), lambda: _whole(tensor, path, held))


def _whole(tensor: onnx.TensorProto, path: Path, held: Tensors | None) -> Array:
    """Values of a tensor, from the file where they were left out. Raises ``InputError``."""
    found = _array(tensor)
    message = held.message(tensor.name) if held is not None and found is None else None
    if message is not None:
        found = _array(onnx.TensorProto.FromString(message))
    if found is None:
        raise InputError("the file has no values for it", place=str(path), field=f"initialiser {tensor.name}")
    return found


def _external(tensor: onnx.TensorProto, path: Path) -> Array:
    """Values of a tensor that stand in another file of the model's folder. Raises ``InputError``."""
    field = f"initialiser {tensor.name}"
    try:
        bits = helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize * 8
    except (KeyError, TypeError) as error:
        raise InputError("is of an unknown type", place=str(path), field=field) from error
    size = -(-prod(tensor.dims) * (4 if tensor.data_type in _PACKED else bits) // 8)
    filled = onnx.TensorProto(name=tensor.name, dims=tensor.dims, data_type=tensor.data_type)
    filled.raw_data = external.content(_entries(tensor), path, field, size)
    found = _array(filled)
    if found is None:
        raise InputError("holds no numbers of its type", place=str(path), field=field)
    return found


def _beside(tensor: onnx.TensorProto, path: Path) -> Array | None:
    """The same, None where it cannot be had: most models need shapes only."""
    try:
        return _external(tensor, path)
    except InputError:
        return None


def _entries(tensor: onnx.TensorProto) -> dict[str, str]:
    return {entry.key: entry.value for entry in tensor.external_data}


def _sparse(sparse: onnx.SparseTensorProto) -> Constant:
    return Constant(Typed(tuple(max(0, size) for size in sparse.dims), sparse.values.data_type))


def _array(tensor: onnx.TensorProto) -> Array | None:
    try:
        return numpy_helper.to_array(tensor)
    except Exception:
        return None


def has_rule(model: Model, node: Node) -> bool:
    """Whether the library knows this operator."""
    version = model.opsets.get(node.domain, 1)
    return bool(defs.has(node.op, node.domain) and _schema(node, version) is not None)


def _schema(node: Node, version: int) -> defs.OpSchema | None:
    try:
        return defs.get_schema(node.op, version, node.domain)
    except Exception:
        return None


def infer(
    model: Model, node: Node, types: Mapping[str, Typed], constants: Mapping[str, Constant]
) -> dict[str, Typed]:
    """Shapes of a node's outputs, from those of its inputs. Raises ``ShapeError`` if they do not follow."""
    schema = _schema(node, model.opsets.get(node.domain, 1))
    if schema is None:
        raise ShapeError("no rule for its shape")
    _check_arity(schema, node)
    _check_sound(node, types)
    forms = {name: _form(types[name]) for name in node.inputs if name}
    data = {name: tensor for name in node.inputs if (tensor := _tensor(name, constants)) is not None}
    imports = [helper.make_opsetid(domain, version) for domain, version in model.opsets.items()]
    try:
        found = shape_inference.infer_node_outputs(schema, node.form, forms, data, opset_imports=imports)
    except Exception as error:
        raise ShapeError(_first(error)) from error
    return {name: typed for name, form in found.items() if (typed := _typed(form)) is not None}


def _check_arity(schema: defs.OpSchema, node: Node) -> None:
    for what, names, fewest, most in (
        ("inputs", node.inputs, schema.min_input, schema.max_input),
        ("outputs", node.outputs, schema.min_output, schema.max_output),
    ):
        if not fewest <= len(names) <= most or not all(names[:fewest]):
            raise ShapeError(f"must have {fewest} to {most} {what}, not {len(names)}")


def _check_sound(node: Node, types: Mapping[str, Typed]) -> None:
    """What the library's own rules take for granted; the process dies where it is not so."""
    rank = len(types[node.inputs[0]].shape) if node.inputs and node.inputs[0] else 0
    axis = node.integer("axis", 0)
    if not -rank - 1 <= axis <= rank:
        raise ShapeError(f"axis must be within {rank} dimensions, got {axis}")
    if node.op == "LayerNormalization" and axis == rank:
        raise ShapeError(f"axis must be below {rank}")
    if node.op == "Split" and node.integer("num_outputs", len(node.outputs)) != len(node.outputs):
        raise ShapeError(f"num_outputs must be {len(node.outputs)}, the number of its outputs")


def _form(typed: Typed) -> onnx.TypeProto:
    return helper.make_tensor_type_proto(typed.element, typed.shape)


def _tensor(name: str, constants: Mapping[str, Constant]) -> onnx.TensorProto | None:
    constant = constants.get(name)
    if constant is None or constant.size > (_ARGUMENT if constant.typed.element in _INTEGERS else _FACTORS):
        return None
    if constant.data is None:
        return None
    return numpy_helper.from_array(constant.data, name)


_ARGUMENT, _FACTORS = 1024, 8
"""Most values of a constant that can decide a shape: integers, and factors of a resize."""
_INTEGERS = (onnx.TensorProto.INT32, onnx.TensorProto.INT64)


def _typed(form: onnx.TypeProto) -> Typed | None:
    dims, element = _declared(form)
    if not form.tensor_type.HasField("shape") or not all(isinstance(size, int) for size in dims):
        return None
    return Typed(tuple(int(size) for size in dims if isinstance(size, int)), element)


def evaluate(model: Model, node: Node, inputs: Mapping[str, Array]) -> list[Array | None]:
    """The outputs of a node whose inputs are all known; None where that cannot be had."""
    nothing: list[Array | None] = [None] * len(node.outputs)
    if node.op in _RANDOM:
        return nothing
    forms = [helper.make_tensor_value_info(name, 0, None) for name in inputs]
    results = [helper.make_tensor_value_info(name, 0, None) for name in node.outputs if name]
    graph = helper.make_graph([node.form], "constant", forms, results)
    imports = [helper.make_opsetid(domain, version) for domain, version in model.opsets.items()]
    try:
        with np.errstate(all="ignore"):
            made = ReferenceEvaluator(helper.make_model(graph, opset_imports=imports)).run(None, dict(inputs))
    except Exception:
        return nothing
    arrays = iter(made)
    return [np.asarray(next(arrays)) if name else None for name in node.outputs]


def _first(error: Exception) -> str:
    """First line of a message, without the library's own prefix."""
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0].removeprefix("[ShapeInferenceError] ").removeprefix("[TypeInferenceError] ")[:200]
