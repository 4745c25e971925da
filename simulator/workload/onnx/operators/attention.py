"""Fused attention: scores of queries against keys, softmax, sums of values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from simulator.workload.onnx.importer import Importer
from simulator.workload.onnx.model import Node, Shape, Typed, Value
from simulator.workload.onnx.operators.normalisation import SOFTMAX
from simulator.workload.onnx.registry import CONTRIB, like_first, operator


@dataclass(frozen=True)
class Heads:
    """How many heads queries and keys have, and whether a query sees later keys."""

    queries: int
    keys: int
    causal: bool


def attend(importer: Importer, query: str, key: str, value: str, heads: Heads) -> str:
    """Three layers, from layers whose positions are those of the sequence and whose vectors hold all heads."""
    label = importer.node.name
    words = {
        "heads": heads.queries,
        "key_heads": heads.keys,
        "causal": heads.causal,
    }
    scores = importer.emit("product", [query, key], "", f"{label}.scores", transposed=True, **words)
    weights = importer.emit(
        "normalise", [scores], "", f"{label}.softmax", function="softmax", operations=SOFTMAX
    )
    return importer.emit("product", [weights, value], "", f"{label}.sums", **words)


def sequence(importer: Importer, value: Value) -> str:
    """The layer of a tensor [batch, steps, width] or [batch, heads, steps, width], one vector per step."""
    if len(value.shape) not in (3, 4) or value.shape[0] != 1:
        remedy = "Bind the batch to 1 and ask for more with --batch or --count"
        raise importer.refused("must read a batch of one, [1, steps, width]", list(value.shape), remedy)
    return importer.arrange(value, [len(value.shape) - 2])


def appended(importer: Importer, past: int, now: str, label: str) -> str:
    """Keys or values of earlier steps, then those of now."""
    name = importer.input(past)
    if name not in importer.values:
        return now
    value = importer.value(name)
    before, layer = sequence(importer, value), importer.layers[now]
    steps = value.shape[-2] + layer.positions
    words = {"function": "concat", "grid": [steps], "width": layer.width}
    return importer.emit("rearrange", [before, now], "", f"{importer.node.name}.{label}", **words)


def _given(importer: Importer, numbers: Sequence[int]) -> list[str]:
    return [sequence(importer, importer.active(number)) for number in numbers]


def _present(importer: Importer, layers: Sequence[str], first: int = 1) -> None:
    """Keys and values as further outputs, [batch, heads, steps, width]."""
    for number, layer in enumerate(layers, start=first):
        name = importer.node.outputs[number] if number < len(importer.node.outputs) else ""
        if name and importer.read(name):
            importer.give(layer, [len(importer.shape(number)) - 2], number)


def _presents(importer: Importer, node: Node, past: int, heads: int) -> dict[str, Typed]:
    """Shapes of keys and values as further outputs: ``heads`` of them unless their own shape says it."""
    found = {}
    for number, name in enumerate(node.outputs[1:3], start=1):
        typed, before = importer.types.get(importer.input(number)), importer.types.get(importer.input(past))
        if _packed(node):
            typed = importer.types[node.inputs[0]]
            typed = replace(typed, shape=(*typed.shape[:-1], _shared(importer, typed.shape[-1]).keys))
        if name and typed is not None:
            count, steps, share = _split(typed.shape, heads)
            steps += before.shape[-2] if before is not None else 0
            found[name] = Typed((typed.shape[0], count, steps, share), typed.element)
        past += 1
    return found


def _split(shape: Shape, heads: int) -> Shape:
    """Heads, steps and values a head, of [batch, heads, steps, values] or [batch, steps, width]."""
    if len(shape) == 4:
        return shape[1:]
    _, steps, width = shape
    return heads, steps, width // heads


def _kept(importer: Importer, node: Node) -> dict[str, Typed]:
    """What the library leaves open: keys and values of all steps, also where none came before."""
    return _presents(importer, node, 4, max(node.integer("kv_num_heads", 1), 1))


@operator("Attention", shape=_kept)
def attention(importer: Importer, node: Node) -> None:
    """Queries, keys, values; with shapes [batch, heads, steps, width], or heads as attributes."""
    shapes = [importer.active(number).shape for number in range(3)]
    if len(shapes[0]) == 4:
        counts = shapes[0][1], shapes[1][1]
    else:
        counts = node.integer("q_num_heads", 0), node.integer("kv_num_heads", 0)
    heads = _heads(importer, *counts, causal=bool(node.integer("is_causal", 0)))
    query, key, value = _given(importer, range(3))
    heads = _aligned(importer, heads, query, key)
    key, value = appended(importer, 4, key, "keys"), appended(importer, 5, value, "values")
    layer = attend(importer, query, key, value, heads)
    importer.give(layer, [len(shapes[0]) - 2])
    _present(importer, (key, value))


def _aligned(importer: Importer, heads: Heads, query: str, key: str) -> Heads:
    """Counted in full unless there is a key of now for each query: the last of both belong together."""
    same = importer.layers[query].positions == importer.layers[key].positions
    return replace(heads, causal=heads.causal and same)


def _heads(importer: Importer, queries: int, keys: int, *, causal: bool) -> Heads:
    if queries < 1 or keys < 1:
        raise importer.refused("must say how many heads there are")
    return Heads(queries, keys, causal)


@dataclass(frozen=True)
class Parts:
    """Values a vector of queries, keys and values: what one tensor of all three holds, in this order."""

    queries: int
    keys: int
    values: int

    def cut(self, importer: Importer, layer: str) -> list[str]:
        """A layer for each, from one whose vectors hold all three."""
        words = {"function": "split", "grid": list(importer.layers[layer].grid), "reads": "position"}
        sizes = zip("qkv", (self.queries, self.keys, self.values), strict=True)
        names = ((f"{importer.node.name}.{part}", size) for part, size in sizes)
        return [importer.emit("rearrange", [layer], "", name, **words, width=size) for name, size in names]


def _fused(importer: Importer, node: Node) -> dict[str, Typed]:
    """Output like the query, its width that of the values; keys and values with what came before."""
    query = importer.types[node.inputs[0]]
    batch, steps = query.shape[0], query.shape[1] if len(query.shape) > 1 else 1
    heads, width = max(node.integer("kv_num_heads", node.integer("num_heads", 1)), 1), query.shape[-1]
    if node.op == "Attention":
        width = _parts(importer, importer.types[node.inputs[1]].shape[-1]).values
    elif _packed(node):
        width = _shared(importer, width).queries
    elif node.op == "MultiHeadAttention" and importer.input(2):
        count, _, share = _split(importer.types[node.inputs[2]].shape, 1)
        width = count * share
    found = {node.outputs[0]: Typed((batch, steps, width), query.element)}
    return found | (_presents(importer, node, _PAST[node.op], heads) if node.op in _PAST else {})


_PAST = {"MultiHeadAttention": 6, "GroupQueryAttention": 3}


def _parts(importer: Importer, width: int) -> Parts:
    """Of a matrix: as an attribute says, else three equal ones."""
    sizes = importer.node.integers("qkv_hidden_sizes") or [width // 3] * 3
    if len(sizes) != 3 or min(sizes) < 1 or sizes[0] != sizes[1] or sum(sizes) != width:
        rule = (
            "must have one matrix of queries, keys as wide and values: three equal parts or qkv_hidden_sizes"
        )
        raise importer.refused(rule, sizes if importer.node.integers("qkv_hidden_sizes") else width)
    return Parts(*sizes)


def _packed(node: Node) -> bool:
    """Whether one tensor holds queries, keys and values."""
    return node.op == "GroupQueryAttention" and not any(node.inputs[1:3])


def _shared(importer: Importer, width: int) -> Parts:
    """Of vectors that hold all heads of queries, then those of keys, then those of values."""
    node = importer.node
    queries, keys = node.integer("num_heads", 0), node.integer("kv_num_heads", 0)
    if queries < 1 or keys < 1 or width % (queries + 2 * keys):
        rule = f"must read vectors of {queries} heads of queries and {keys} each of keys and values"
        raise importer.refused(rule, width)
    share = width // (queries + 2 * keys)
    return Parts(queries * share, keys * share, keys * share)


@operator("MultiHeadAttention", "GroupQueryAttention", domain=CONTRIB, shape=_fused)
def contrib_attention(importer: Importer, node: Node) -> None:
    """Queries, keys, values [batch, steps, width]; one tensor for all three where they share heads."""
    shared = node.op == "GroupQueryAttention"
    queries = node.integer("num_heads", 0)
    causal = shared or bool(node.integer("unidirectional", 0))
    heads = _heads(importer, queries, node.integer("kv_num_heads", queries), causal=causal)
    query, key, value = _apart(importer, packed=_packed(node))
    past, heads = _PAST[node.op], _aligned(importer, heads, query, key)
    key, value = appended(importer, past, key, "keys"), appended(importer, past + 1, value, "values")
    importer.give(attend(importer, query, key, value, heads), [1])
    _present(importer, (key, value))


def _apart(importer: Importer, *, packed: bool) -> list[str]:
    """Layers of queries, keys and values."""
    if packed:
        value = importer.active()
        return _shared(importer, value.shape[-1]).cut(importer, sequence(importer, value))
    if any(importer.input(number) not in importer.values for number in range(3)):
        raise importer.refused("must read queries, keys and values apart")
    return _given(importer, range(3))


@operator("Attention", domain=CONTRIB, shape=_fused)
def packed_attention(importer: Importer, node: Node) -> None:
    """One matrix for queries, keys and values, then attention."""
    weights = importer.constant(1)
    if weights is None or len(weights.shape) != 2 or importer.input(4):
        raise importer.refused("must have one constant matrix and no past")
    source, width = sequence(importer, importer.active()), weights.shape[1]
    parts, bias = _parts(importer, width), bool(importer.input(2))
    made = importer.emit("linear", [source], "", f"{node.name}.qkv", width=width, bias=bias)
    query, key, value = parts.cut(importer, made)
    queries = node.integer("num_heads", 0)
    heads = _heads(importer, queries, queries, causal=bool(node.integer("unidirectional", 0)))
    importer.give(attend(importer, query, key, value, heads), [1])


@operator("RotaryEmbedding")
@operator("RotaryEmbedding", domain=CONTRIB, shape=like_first)
def rotary(importer: Importer, node: Node) -> None:
    """Each value times a cosine plus another one times a sine."""
    layer, axes = importer.natural(importer.active())
    importer.give(importer.emit("elementwise", [layer], function="rotary", operations=3), axes)
