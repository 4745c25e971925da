"""Models that nearly make sense: names, attributes, sizes and operators of good ones exchanged at random."""

import random

import onnx
import pytest
from graphs import LIGHT, conv_and_attention
from test_damaged_models import taken
from test_transformers import encoder

KINDS = sorted({step.op_type for step in (*encoder().graph.node, *conv_and_attention().graph.node)})
SIZES = [0, 1, 2, 3, 7, 64, 10**9, -1]
ROUNDS = 60


def names(made):
    return [name for step in made.graph.node for name in (*step.input, *step.output)]


def exchange_input(made, dice):
    step = dice.choice(made.graph.node)
    if step.input:
        step.input[dice.randrange(len(step.input))] = dice.choice(names(made))


def exchange_operator(made, dice):
    dice.choice(made.graph.node).op_type = dice.choice(
        [*KINDS, "LSTM", "Attention", "TopK", "ConvTranspose", "Expand"]
    )


def change_attribute(made, dice):
    parts = [part for step in made.graph.node for part in step.attribute]
    if parts:
        part = dice.choice(parts)
        part.i = dice.choice(SIZES)
        if part.ints:
            part.ints[dice.randrange(len(part.ints))] = dice.choice(SIZES)


def change_size(made, dice):
    tensor = dice.choice(made.graph.initializer)
    if tensor.dims:
        tensor.dims[dice.randrange(len(tensor.dims))] = dice.choice(SIZES)


def change_input_size(made, dice):
    dims = dice.choice(made.graph.input).type.tensor_type.shape.dim
    if dims:
        dice.choice(dims).dim_value = dice.choice(SIZES)


def drop(made, dice):
    if len(made.graph.node) > 1:
        del made.graph.node[dice.randrange(len(made.graph.node))]


def repeat(made, dice):
    step = dice.choice(made.graph.node)
    if step.output:
        step.output[0] = dice.choice(names(made))


CHANGES = [exchange_input, exchange_operator, change_attribute, change_size, change_input_size, drop, repeat]
SOURCES = {
    "encoder": encoder,
    "patches": conv_and_attention,
    "shuffle": lambda: onnx.load(LIGHT / "light_shufflenet.onnx"),
}


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_models_that_nearly_make_sense(read, source):
    content = SOURCES[source]().SerializeToString()
    dims = ["sequence=6"] if source == "encoder" else []
    for seed in range(ROUNDS):
        dice = random.Random(f"{source} {seed}")
        made = onnx.ModelProto.FromString(content)
        for _ in range(dice.choice([1, 1, 2, 5])):
            dice.choice(CHANGES)(made, dice)
        taken(lambda made=made, seed=seed: read(made, *dims, allow_host=bool(seed % 2)))
