"""Outputs that are not worked out: refused where somebody reads them, left alone where nobody does."""

import pytest
from graphs import model, node, weights

from simulator.base.errors import InputError

IMAGE, SEQUENCE, HEADS = [1, 4, 8, 8], [1, 5, 8], [1, 2, 5, 4]
CASES = {
    "MaxPool": ("x", "y further", IMAGE, {"kernel_shape": [2, 2]}, "output 2 (Indices)"),
    "LayerNormalization": ("x a", "y further", SEQUENCE, {}, "output 2 (Mean)"),
    "BatchNormalization": (
        *("x c c c c", "y further v", IMAGE, {"training_mode": 1}),
        "output 2 (running_mean)",
    ),
    "Dropout": ("x", "y further", SEQUENCE, {}, "output 2 (mask)"),
    "Attention": ("x x x", "y _ _ further", HEADS, {}, "output 4 (qk_matmul_output)"),
    "SkipLayerNormalization": ("x x a", "y _ further", SEQUENCE, {}, "output 3 (inv_std_var)"),
    "SimplifiedLayerNormalization": ("x a", "y further", SEQUENCE, {}, "output 2 (Mean)"),
}


def with_further(op, *, reader=False, outputs=("y",)):
    reads, gives, shape, words, _ = CASES[op]
    own = op in ("SkipLayerNormalization", "SimplifiedLayerNormalization")
    step = node(op, reads, gives, name="one", domain="com.microsoft" if own else "", **words)
    step.output[:] = ["" if name == "_" else name for name in step.output]
    nodes = [step, *([node("Cast", "further", "z", name="two", to=1)] if reader else [])]
    opset = 23 if op == "Attention" else 17
    constants = [weights("a", 8), weights("c", 4)]
    return model(nodes, {"x": shape}, constants, outputs=outputs, opset=opset, domains=["com.microsoft"])


@pytest.mark.parametrize("op", CASES)
@pytest.mark.parametrize("reader", [True, False])
def test_what_is_read_is_refused_where_it_is_given(read, op, reader):
    with pytest.raises(InputError) as caught:
        read(with_further(op, reader=reader, outputs=["y", "z" if reader else "further"]))
    assert str(caught.value).partition("net.onnx: ")[2] == (
        f"node one ({op}): {CASES[op][-1]} is not supported. "
        "Export the model so that it is neither read nor an output of the model"
    )


@pytest.mark.parametrize("op", CASES)
def test_what_nobody_reads_is_no_matter(read, op):
    assert len(read(with_further(op)).bind().outputs) == 1
