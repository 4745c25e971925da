"""Random networks: chains of images and of sequences with residual sums and delayed inputs. Extend with every kind."""

import json

from hypothesis import assume
from hypothesis import strategies as st

from simulator.base.errors import InputError
from simulator.base.yaml_file import parse
from simulator.workload.reader import Workload
from simulator.workload.schema import Description

small = st.integers(1, 5)
pair = st.one_of(small, st.tuples(small, small).map(list))
flag = st.booleans()
activation = st.sampled_from(["none", "relu"])


def image_kinds(previous):
    window = {"input": st.just(previous), "kernel": pair, "stride": pair, "padding": small, "dilation": pair}
    ends = st.one_of(st.none(), st.integers(1, 5))
    window |= {"bottom": ends, "right": ends}
    moved = {"function": st.just("concat"), "grid": st.lists(small, min_size=2, max_size=2), "width": small}
    conv = {
        "kind": st.just("conv2d"),
        "channels": small,
        "bias": flag,
        "batch_norm": flag,
        "activation": activation,
    }
    return st.one_of(
        st.fixed_dictionaries(window | conv),
        st.fixed_dictionaries(window | {"kind": st.sampled_from(["max_pool2d", "average_pool2d"])}),
        st.fixed_dictionaries(moved | {"kind": st.just("rearrange"), "inputs": st.just([previous] * 3)}),
        point_kinds(previous, 0),
    )


def point_kinds(previous, delay):
    source = {"layer": previous, "delay": delay}
    linear = {"kind": st.just("linear"), "input": st.just(source), "width": small, "bias": flag}
    share = st.floats(0, 1, allow_subnormal=False)
    asked = {"magnitude_bits": small, "output_bits": small, "bias_rows": small, "segments": small}
    known = {"density": share, "magnitude": share}
    return st.one_of(
        st.fixed_dictionaries(linear | {"activation": activation}, optional=asked | known),
        st.fixed_dictionaries({"kind": st.just("argmax"), "input": st.just(source)}),
        st.just({"kind": "add", "inputs": [previous, source], "activation": "relu"}),
        digital_kinds(previous),
    )


def digital_kinds(previous):
    several = {"inputs": st.just([previous, previous]), "function": st.sampled_from(["mul", "softmax"])}
    work = {"operations": small, "trained": small}
    reads = {"function": st.just("mean"), "reads": st.just("position"), "width": small}
    return st.one_of(
        st.fixed_dictionaries(several | work | {"kind": st.just("elementwise"), "width": st.integers(0, 3)}),
        st.fixed_dictionaries(several | work | {"kind": st.just("normalise"), "activation": activation}),
        st.fixed_dictionaries(reads | {"kind": st.just("reduce"), "input": st.just(previous)}),
        st.fixed_dictionaries(reads | {"kind": st.just("rearrange"), "inputs": st.just([previous])}),
        st.just({"kind": "product", "inputs": [previous, previous], "transposed": True, "causal": True}),
    )


@st.composite
def images(draw):
    layers = {"l0": {"kind": "input", "shape": draw(st.lists(st.integers(1, 9), min_size=3, max_size=3))}}
    for number in range(1, draw(st.integers(1, 5))):
        layers[f"l{number}"] = draw(image_kinds(f"l{number - 1}"))
    last = f"l{len(layers) - 1}"
    layers["flat"] = {"kind": "flatten", "input": last}
    return {"name": "images", "layers": layers}


@st.composite
def sequences(draw):
    layers = {"l0": {"kind": "input", "shape": [draw(small)], "sequence": True}}
    for number in range(1, draw(st.integers(1, 5))):
        previous, delay = f"l{number - 1}", draw(st.integers(0, 2))
        lstm = {"kind": st.just("lstm"), "input": st.just(previous), "hidden": small, "bias": flag}
        layers[f"l{number}"] = draw(st.one_of(st.fixed_dictionaries(lstm), point_kinds(previous, delay)))
    layers |= draw(back_and_forth())
    last = next(name for name in reversed(layers) if name.startswith("l"))
    layers["word"] = {"kind": "argmax", "input": last}
    layers["again"] = {
        "kind": "embedding",
        "input": {"layer": "word", "delay": 1},
        "entries": 7,
        "width": draw(small),
    }
    return {"name": "sequences", "sequence": {"length": draw(small), "limit": 50}, "layers": layers}


@st.composite
def back_and_forth(draw):
    """A matrix that is used forward, backward and forward again; sometimes none."""
    if draw(flag):
        return {}
    wide, narrow = draw(small), draw(small)
    return {
        "ends": {"kind": "input", "shape": [wide], "steps": draw(small)},
        "up": {"kind": "linear", "input": "ends", "width": narrow, "bias_columns": draw(small)},
        "down": {"kind": "linear", "input": "up", "width": wide, "weights": "up", "transposed": True},
        "anew": {"kind": "linear", "input": "down", "width": narrow, "weights": "up", "bias": draw(flag)},
    }


@st.composite
def workloads(draw):
    document = parse(json.dumps(draw(st.one_of(images(), sequences()))), "random.yaml")
    workload = Workload(Description.model_validate(document.data), document)
    try:
        workload.bind()
    except InputError as error:
        assume("padded input" not in str(error))
        raise
    return workload
