"""Writes the networks of the zoo to workloads/: ``python scripts/zoo.py``. Sources stand in each file's ``about``.

What a normalisation or an activation costs is an assumption (digital operations a value): softmax 5, layer
normalisation 7, RMS normalisation 4, GELU 8, a sigmoid gate 5, rotary positions 3.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "workloads"


@dataclass
class Network:
    """A workload file as it grows; ``last`` is the layer that the next one reads."""

    name: str
    about: str
    lines: list[str] = field(default_factory=list)
    sequence: str = ""
    last: str = ""

    def layer(self, name: str, kind: str, source: str | list[str] | None = None, **keys: object) -> str:
        """Add a layer that reads ``source``, by default the last one."""
        source = self.last if source is None else source
        reads = ""
        if isinstance(source, list):
            reads = f", inputs: [{', '.join(source)}]"
        elif source:
            reads = f", input: {source}"
        rest = "".join(f", {key}: {_text(value)}" for key, value in keys.items())
        self.lines.append(f"  {name}: {{kind: {kind}{reads}{rest}}}")
        self.last = name
        return name

    def conv(
        self, name: str, channels: int, kernel: int | list[int] = 3, stride: int = 1, **keys: object
    ) -> str:
        """A convolution with batch normalisation and ReLU unless ``keys`` say otherwise."""
        keys = {"batch_norm": True, "activation": "relu", **keys}
        if isinstance(kernel, int) and kernel > 1:
            keys = {"padding": kernel // 2, **keys}
        if stride > 1:
            keys = {"stride": stride, **keys}
        return self.layer(name, "conv2d", keys.pop("source", None), channels=channels, kernel=kernel, **keys)  # type: ignore[arg-type]

    def text(self) -> str:
        """The file."""
        sequence = f"sequence: {self.sequence}\n" if self.sequence else ""
        return f'name: {self.name}\nabout: "{self.about}"\n{sequence}layers:\n' + "\n".join(self.lines) + "\n"


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def resnet(depth: int) -> Network:
    """ResNet-18 (basic blocks) or ResNet-50 (bottlenecks, stride in the 3 x 3)."""
    source = "He et al., Deep residual learning for image recognition, CVPR 2016"
    net = Network(
        f"resnet{depth}",
        f"ResNet-{depth} on images of 224 x 224 ({source}), stride in the 3 x 3 convolutions",
    )
    net.layer("image", "input", "", shape=[3, 224, 224])
    net.conv("conv1", 64, 7, 2)
    net.layer("pool1", "max_pool2d", kernel=3, stride=2, padding=1)
    blocks, wide = ((2, 2, 2, 2), 1) if depth == 18 else ((3, 4, 6, 3), 4)
    channels = 64
    for stage, count in enumerate(blocks):
        for block in range(count):
            stride = 2 if stage and not block else 1
            name, width = f"stage{stage + 2}.{block}", 64 * 2**stage
            start = net.last
            if wide == 1:
                net.conv(f"{name}.conv1", width, 3, stride)
                net.conv(f"{name}.conv2", width, 3, activation="none")
            else:
                net.conv(f"{name}.conv1", width, 1)
                net.conv(f"{name}.conv2", width, 3, stride)
                net.conv(f"{name}.conv3", width * wide, 1, activation="none")
            end, short = net.last, start
            if stride == 2 or channels != width * wide:
                short = net.conv(f"{name}.short", width * wide, 1, stride, source=start, activation="none")
            channels = width * wide
            net.layer(f"{name}.add", "add", [end, short], activation="relu")
    net.layer("mean", "reduce", function="mean")
    net.layer("classes", "linear", width=1000, bias=True)
    return net


def resnet32() -> Network:
    """Three stages of five basic blocks for images of 32 x 32; shortcuts without weights (option A of the paper)."""
    source = "He et al., Deep residual learning for image recognition, CVPR 2016, Sec. 4.2"
    net = Network("resnet32_cifar10", f"ResNet-32 on CIFAR-10 ({source}), shortcuts padded with zeros")
    net.layer("image", "input", "", shape=[3, 32, 32])
    net.conv("conv1", 16)
    for stage, width in enumerate((16, 32, 64), start=1):
        for block in range(1, 6):
            name, start, stride = f"stage{stage}.{block}", net.last, 2 if stage > 1 and block == 1 else 1
            net.conv(f"{name}.conv1", width, 3, stride)
            end = net.conv(f"{name}.conv2", width, activation="none")
            if stride > 1:
                side = 32 // 2 ** (stage - 1)
                start = net.layer(
                    f"{name}.short", "rearrange", [start], function="slice", grid=[side, side], width=width
                )
            net.layer(f"{name}.add", "add", [end, start], activation="relu")
    net.layer("mean", "reduce", function="mean")
    net.layer("classes", "linear", width=10, bias=True)
    return net


def vgg16() -> Network:
    """Configuration D."""
    net = Network(
        "vgg16", "VGG-16 on images of 224 x 224 (Simonyan and Zisserman, ICLR 2015, configuration D)"
    )
    net.layer("image", "input", "", shape=[3, 224, 224])
    for stage, (count, channels) in enumerate(((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)), start=1):
        for number in range(1, count + 1):
            net.conv(f"conv{stage}.{number}", channels, batch_norm=False, bias=True)
        net.layer(f"pool{stage}", "max_pool2d", kernel=2)
    net.layer("flat", "flatten")
    for number in (1, 2):
        net.layer(f"dense{number}", "linear", width=4096, bias=True, activation="relu")
    net.layer("classes", "linear", width=1000, bias=True)
    return net


def vgg8() -> Network:
    """The CIFAR-10 network of DNN+NeuroSim."""
    net = Network(
        "vgg8",
        "VGG-8 on CIFAR-10, the example network of DNN+NeuroSim (Peng et al., IEEE TCAD 40(11), 2306, 2021)",
    )
    net.layer("image", "input", "", shape=[3, 32, 32])
    for stage, channels in enumerate((128, 256, 512), start=1):
        for number in (1, 2):
            net.conv(f"conv{stage}.{number}", channels, batch_norm=False)
        net.layer(f"pool{stage}", "max_pool2d", kernel=2)
    net.layer("flat", "flatten")
    net.layer("dense", "linear", width=1024, activation="relu")
    net.layer("classes", "linear", width=10)
    return net


def mobilenet_v2() -> Network:
    """Width 1.0, inverted residuals with depthwise convolutions."""
    source = "Sandler et al., MobileNetV2: inverted residuals and linear bottlenecks, CVPR 2018"
    net = Network(
        "mobilenet_v2", f"MobileNetV2 of width 1.0 on images of 224 x 224 ({source}); ReLU6 as ReLU"
    )
    net.layer("image", "input", "", shape=[3, 224, 224])
    net.conv("conv1", 32, 3, 2)
    channels, block = 32, 0
    settings = (
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    )
    for factor, out, count, first in settings:
        for number in range(count):
            stride, start, name = (first if number == 0 else 1), net.last, f"block{block}"
            if factor > 1:
                net.conv(f"{name}.expand", factor * channels, 1)
            net.conv(f"{name}.depthwise", factor * channels, 3, stride, groups=factor * channels)
            net.conv(f"{name}.project", out, 1, activation="none")
            if stride == 1 and channels == out:
                net.layer(f"{name}.add", "add", [net.last, start])
            channels, block = out, block + 1
    net.conv("conv2", 1280, 1)
    net.layer("mean", "reduce", function="mean")
    net.layer("classes", "linear", width=1000, bias=True)
    return net


def ds_cnn() -> Network:
    """Keyword spotting of MLPerf Tiny."""
    source = "Banbury et al., MLPerf Tiny benchmark, NeurIPS 2021; Zhang et al., Hello edge, arXiv 1711.07128"
    net = Network(
        "ds_cnn_kws",
        f"Keyword spotting of MLPerf Tiny, 12 words from 49 frames of 10 coefficients ({source})",
    )
    net.layer("sound", "input", "", shape=[1, 49, 10])
    net.conv("conv1", 64, [10, 4], 2, padding=[4, 1], bottom=5, bias=True)
    for number in range(1, 5):
        net.conv(f"block{number}.depthwise", 64, 3, groups=64, bias=True)
        net.conv(f"block{number}.pointwise", 64, 1, bias=True)
    net.layer("mean", "reduce", function="mean")
    net.layer("words", "linear", width=12, bias=True)
    return net


def attention(
    net: Network,
    name: str,
    width: int,
    heads: int,
    *,
    key_heads: int = 0,
    causal: bool,
    bias: bool,
    rotary: bool = False,
    merged: bool = False,
) -> None:
    """Self-attention on what is last, projections included; ``merged``: as one matrix, cut apart behind it."""
    start, share = net.last, width // heads
    keys = (key_heads or heads) * share
    grouped = {"key_heads": key_heads} if key_heads else {}
    more = {"causal": True} if causal else {}
    if merged:
        joint = net.layer(f"{name}.joint", "linear", start, width=3 * width, bias=bias)
        query, key, value = (
            net.layer(f"{name}.{part}", "rearrange", [joint], function="slice", reads="position", width=width)
            for part in ("query", "key", "value")
        )
        _attend(net, name, (query, key, value), {"heads": heads, **more})
        net.layer(f"{name}.out", "linear", width=width, bias=bias)
        return
    query = net.layer(f"{name}.query", "linear", start, width=width, bias=bias)
    if rotary:
        query = net.layer(f"{name}.query_place", "elementwise", [query], function="rotary", operations=3)
    key = net.layer(f"{name}.key", "linear", start, width=keys, bias=bias)
    if rotary:
        key = net.layer(f"{name}.key_place", "elementwise", [key], function="rotary", operations=3)
    value = net.layer(f"{name}.value", "linear", start, width=keys, bias=bias)
    _attend(net, name, (query, key, value), {"heads": heads, **grouped, **more})
    net.layer(f"{name}.out", "linear", width=width, bias=bias)


def _attend(net: Network, name: str, parts: tuple[str, str, str], more: dict[str, object]) -> None:
    """Scores, softmax and weighted sum of query, key and value."""
    query, key, value = parts
    causal = {"causal": more.pop("causal")} if "causal" in more else {}
    net.layer(f"{name}.scores", "product", [query, key], **more, transposed=True, **causal)
    scores = net.layer(f"{name}.softmax", "normalise", [net.last], function="softmax", operations=5)
    net.layer(f"{name}.mix", "product", [scores, value], **more, **causal)


def norm(net: Network, name: str, width: int) -> str:
    """Layer normalisation with gain and offset."""
    return net.layer(name, "normalise", [net.last], function="layer_norm", operations=7, trained=2 * width)


def bert(size: str, layers: int, width: int, heads: int, *, merged: bool = False) -> Network:
    """Encoder, normalisation behind each sum; ``merged``: query, key and value as one matrix."""
    source = "Devlin et al., BERT, NAACL 2019"
    joint = "; query, key and value as one matrix" if merged else ""
    net = Network(
        f"bert_{size}_merged" if merged else f"bert_{size}",
        f"BERT-{size} ({source}), with pooler; positions and token types are added at the host{joint}",
    )
    net.sequence = "{length: 128, limit: 512}"
    net.layer("tokens", "input", "", shape=[1], sequence=True)
    net.layer("words", "embedding", entries=30522, width=width)
    net.layer(
        "places", "elementwise", [net.last], function="add_positions", operations=2, trained=514 * width
    )
    norm(net, "start", width)
    for number in range(layers):
        name, start = f"layer{number}", net.last
        attention(net, f"{name}.attention", width, heads, causal=False, bias=True, merged=merged)
        net.layer(f"{name}.sum1", "add", [net.last, start])
        middle = norm(net, f"{name}.norm1", width)
        net.layer(f"{name}.up", "linear", width=4 * width, bias=True)
        net.layer(f"{name}.gelu", "elementwise", [net.last], function="gelu", operations=8)
        net.layer(f"{name}.down", "linear", width=width, bias=True)
        net.layer(f"{name}.sum2", "add", [net.last, middle])
        norm(net, f"{name}.norm2", width)
    net.layer("first", "rearrange", [net.last], function="slice", width=width)
    net.layer("pooler", "linear", width=width, bias=True)
    net.layer("tanh", "elementwise", [net.last], function="tanh")
    return net


def gpt2(size: str, layers: int, width: int, heads: int) -> Network:
    """Decoder over a prompt, normalisation before each part; the words' table is used again for the output."""
    source = "Radford et al., Language models are unsupervised multitask learners, 2019"
    net = Network(
        f"gpt2_{size}",
        f"GPT-2 {size} ({source}), over a prompt or token by token; trained on 1,024 positions, beyond which "
        "only times make sense; output weights are those of the embedding",
    )
    net.sequence = "{length: 128, limit: 2048}"
    net.layer("tokens", "input", "", shape=[1], sequence=True)
    net.layer("words", "embedding", entries=50257, width=width)
    net.layer(
        "places", "elementwise", [net.last], function="add_positions", operations=1, trained=1024 * width
    )
    for number in range(layers):
        name, start = f"layer{number}", net.last
        norm(net, f"{name}.norm1", width)
        attention(net, f"{name}.attention", width, heads, causal=True, bias=True)
        middle = net.layer(f"{name}.sum1", "add", [net.last, start])
        norm(net, f"{name}.norm2", width)
        net.layer(f"{name}.up", "linear", width=4 * width, bias=True)
        net.layer(f"{name}.gelu", "elementwise", [net.last], function="gelu", operations=8)
        net.layer(f"{name}.down", "linear", width=width, bias=True)
        net.layer(f"{name}.sum2", "add", [net.last, middle])
    norm(net, "end", width)
    net.layer("logits", "linear", width=50257)
    return net


def llama(name: str, source: str, *, hidden: int, entries: int, longest: int, key_heads: int = 0) -> Network:
    """A Llama of 32 blocks of 4,096: SwiGLU, RMS normalisation, rotary positions, a key head for each query head or
    fewer."""
    width = 4096
    net = Network(name, f"{source}, over a prompt or token by token")
    net.sequence = f"{{length: 128, limit: {longest}}}"
    net.layer("tokens", "input", "", shape=[1], sequence=True)
    net.layer("words", "embedding", entries=entries, width=width)
    rms = {"function": "rms_norm", "operations": 4, "trained": width}
    for number in range(32):
        name, start = f"layer{number}", net.last
        net.layer(f"{name}.norm1", "normalise", [start], **rms)
        attention(
            net, f"{name}.attention", width, 32, key_heads=key_heads, causal=True, bias=False, rotary=True
        )
        middle = net.layer(f"{name}.sum1", "add", [net.last, start])
        normed = net.layer(f"{name}.norm2", "normalise", [middle], **rms)
        swiglu(net, name, normed, hidden, width)
        net.layer(f"{name}.sum2", "add", [net.last, middle])
    net.layer("end", "normalise", [net.last], **rms)
    net.layer("logits", "linear", width=entries)
    return net


def swiglu(net: Network, name: str, source: str, hidden: int, width: int) -> str:
    """Two matrices side by side, one the gate of the other, and one back."""
    gate = net.layer(f"{name}.gate", "linear", source, width=hidden)
    up = net.layer(f"{name}.up", "linear", source, width=hidden)
    net.layer(f"{name}.swiglu", "elementwise", [gate, up], function="swiglu", operations=6)
    return net.layer(f"{name}.down", "linear", width=width)


def mixtral() -> Network:
    """Mixtral 8x7B: in every block a token visits two of eight SwiGLU experts."""
    width, hidden, entries = 4096, 14336, 32000
    net = Network(
        "mixtral_8x7b",
        "Mixtral 8x7B (Jiang et al., Mixtral of experts, arXiv 2401.04088), token by token",
    )
    net.sequence = "{length: 128, limit: 32768}"
    net.layer("tokens", "input", "", shape=[1], sequence=True)
    net.layer("words", "embedding", entries=entries, width=width)
    rms = {"function": "rms_norm", "operations": 4, "trained": width}
    for number in range(32):
        name, start = f"layer{number}", net.last
        net.layer(f"{name}.norm1", "normalise", [start], **rms)
        attention(net, f"{name}.attention", width, 32, key_heads=8, causal=True, bias=False, rotary=True)
        middle = net.layer(f"{name}.sum1", "add", [net.last, start])
        normed = net.layer(f"{name}.norm2", "normalise", [middle], **rms)
        router = net.layer(f"{name}.router", "linear", normed, width=8)
        route = net.layer(f"{name}.route", "route", [normed, router], experts=8, chosen=2)
        outputs = [
            swiglu(net, f"{name}.expert{expert}", f"{{layer: {route}, expert: {expert}}}", hidden, width)
            for expert in range(1, 9)
        ]
        net.layer(f"{name}.experts", "elementwise", outputs, function="weighted_sum", operations=4)
        net.layer(f"{name}.sum2", "add", [net.last, middle])
    net.layer("end", "normalise", [net.last], **rms)
    net.layer("logits", "linear", width=entries)
    return net


def decoder() -> Network:
    """Three decoder blocks that normalise after each part."""
    net = Network(
        "decoder_512",
        "The decoder of the README of IBM/3D-CiM-LLM-Inference-Simulator: 3 layers, 512 wide, 8 heads, 1,024 words",
    )
    return _threedsim(net, 512, _expert)


def mixture(width: int) -> Network:
    """The same with mixtures of experts: a token visits two of eight."""
    net = Network(
        f"moe_{width}",
        "The decoder of the README of IBM/3D-CiM-LLM-Inference-Simulator (3 layers, 512 wide, 8 heads, 1,024 words) "
        f"with mixtures of experts as in Buchel et al., Nature Comput. Sci. 5 (2025), {width} wide; 8 experts of which "
        "2 work are an assumption",
    )
    return _threedsim(net, width, _mixed)


def _threedsim(net: Network, width: int, feed: Callable[[Network, str, str, int], str]) -> Network:
    """Three blocks of attention and of what ``feed`` adds."""
    net.sequence = "{length: 12, limit: 1024}"
    net.layer("tokens", "input", "", shape=[1], sequence=True)
    net.layer("words", "embedding", entries=1024, width=width)
    for number in range(3):
        name, start = f"layer{number}", net.last
        attention(net, f"{name}.attention", width, 8, causal=True, bias=False)
        net.layer(f"{name}.sum1", "add", [net.last, start])
        middle = norm(net, f"{name}.norm1", width)
        feed(net, name, middle, width)
        net.layer(f"{name}.sum2", "add", [net.last, middle])
        norm(net, f"{name}.norm2", width)
    net.layer("logits", "linear", width=1024)
    return net


def _mixed(net: Network, name: str, source: str, width: int) -> str:
    """Eight experts, two of which work for a token."""
    router = net.layer(f"{name}.router", "linear", source, width=8)
    route = net.layer(f"{name}.route", "route", [source, router], experts=8, chosen=2)
    outputs = [
        _expert(net, f"{name}.expert{expert}", f"{{layer: {route}, expert: {expert}}}", width)
        for expert in range(1, 9)
    ]
    return net.layer(f"{name}.experts", "elementwise", outputs, function="weighted_sum", operations=4)


def experts() -> Network:
    """The experts of one layer of the largest network of Buchel et al."""
    net = Network(
        "experts_1024",
        "One layer's mixture of experts, 1,024 wide, 128 experts, of a network of 48 layers in Buchel et al., Nature "
        "Comput. Sci. 5 (2025), second hand; that a token visits 2 is an assumption",
    )
    net.sequence = "{length: 12, limit: 1024}"
    start = net.layer("x", "input", "", shape=[1024], sequence=True)
    router = net.layer("router", "linear", start, width=128)
    net.layer("route", "route", [start, router], experts=128, chosen=2)
    outputs = [
        _expert(net, f"expert{number}", f"{{layer: route, expert: {number}}}", 1024)
        for number in range(1, 129)
    ]
    net.layer("experts", "elementwise", outputs, function="weighted_sum", operations=4)
    return net


def _expert(net: Network, name: str, source: str, width: int) -> str:
    """Four times as wide between its two layers."""
    net.layer(f"{name}.up", "linear", source, width=4 * width, activation="relu")
    return net.layer(f"{name}.down", "linear", width=width)


def _rnn_t_encoder(net: Network, frames: int) -> None:
    """Five LSTMs, two frames stacked behind the second."""
    net.layer("sound", "input", "", shape=[240], steps=frames)
    for number in (1, 2):
        net.layer(f"encoder{number}", "lstm", hidden=1024, bias=True)
    net.layer("stack", "rearrange", [net.last], function="stack", grid=[frames // 2], width=2048)
    for number in (3, 4, 5):
        net.layer(f"encoder{number}", "lstm", hidden=1024, bias=True)


def rnn_t() -> Network:
    """Speech recognition of MLPerf; the prediction network takes one step per encoded frame."""
    source = "MLPerf inference, Reddi et al., ISCA 2020; Graves, arXiv 1211.3711"
    net = Network(
        "rnn_t", f"RNN-T of MLPerf ({source}), 12 s of speech; as many prediction steps as encoded frames"
    )
    frames = 400
    _rnn_t_encoder(net, frames)
    sound = net.last
    net.layer("letters", "input", "", shape=[1], steps=frames // 2)
    net.layer("embedding", "embedding", entries=28, width=320)
    for number in (1, 2):
        net.layer(f"prediction{number}", "lstm", hidden=320, bias=True)
    net.layer("both", "rearrange", [sound, net.last], function="concat", reads="position", width=1344)
    net.layer("joint", "linear", width=512, bias=True, activation="relu")
    net.layer("letter", "linear", width=29, bias=True)
    return net


def _rnn_t_decoder(net: Network, steps: int) -> None:
    """Embedding and input weights of the first layer as one matrix, nine times with a ninth of its values."""
    net.layer("letters", "input", "", shape=[252], steps=steps)
    for number in (1, 2):
        net.layer(f"prediction{number}", "lstm", hidden=320, bias=True)


def rnn_t_folded() -> Network:
    """RNN-T as five 34-tile chips hold it: 208 frames are 6.25 s, the mean of the published projection."""
    net = Network(
        "rnn_t_folded",
        "RNN-T of MLPerf as IBM's 34-tile chips hold it (Ambrogio et al., Nature 620, 768, 2023, ED Fig. 7): the "
        "embedding folded into the first prediction layer, nine copies (9 x 28 rows), joint network digital; 208 "
        "frames of 30 ms",
    )
    frames = 208
    _rnn_t_encoder(net, frames)
    _rnn_t_decoder(net, frames // 2)
    return net


def rnn_t_decoder() -> Network:
    """The two prediction layers of ``rnn_t_folded`` alone: what IBM's decoder chip runs."""
    net = Network(
        "rnn_t_decoder",
        "Prediction network of RNN-T as IBM's decoder chip holds it (Ambrogio et al., Nature 620, 768, 2023, "
        "ED Fig. 7)",
    )
    _rnn_t_decoder(net, 104)
    return net


def albert_layer() -> Network:
    """The one encoder layer of ALBERT-base, whose weights twelve passes share."""
    source = "Lan et al., ALBERT, ICLR 2020; on IBM's 34-tile chip: Chen et al., Nature Communications 16, 8661, 2025"
    net = Network("albert_layer", f"One of twelve passes through the encoder layer of ALBERT-base ({source})")
    net.sequence = "{length: 128, limit: 512}"
    start = net.layer("x", "input", "", shape=[768], sequence=True)
    attention(net, "attention", 768, 12, causal=False, bias=True, merged=True)
    net.layer("sum1", "add", [net.last, start])
    middle = norm(net, "norm1", 768)
    net.layer("up", "linear", width=3072, bias=True)
    net.layer("gelu", "elementwise", [net.last], function="gelu", operations=8)
    net.layer("down", "linear", width=768, bias=True)
    net.layer("sum2", "add", [net.last, middle])
    norm(net, "norm2", 768)
    return net


def kws_fc() -> Network:
    """Three fully connected layers that take four tiles of 512 x 512."""
    net = Network(
        "kws_fc",
        "Keyword spotting of IBM's 34-tile chip (Ambrogio et al., Nature 620, 768, 2023): fully connected, "
        "1,024 inputs, 12 words, 4 tiles; the widths in between are an assumption that gives 4 tiles",
    )
    net.layer("sound", "input", "", shape=[1024])
    net.layer("dense1", "linear", width=512, activation="relu")
    net.layer("dense2", "linear", width=512, activation="relu")
    net.layer("words", "linear", width=12)
    return net


_SHARMA = "Sharma et al., Nature 633, 560, 2024"


def product(entries: str) -> Network:
    """64 vectors through one 64 x 64 matrix."""
    words = entries.replace("_", " ")
    net = Network(
        f"matmul64_{entries}",
        f"A {words} 64 x 64 matrix times another in 64 steps, 262,144 multiplications ({_SHARMA}); no neural network",
    )
    net.layer("columns", "input", "", shape=[64], steps=64)
    net.layer("product", "linear", width=64, entries=entries)
    return net


def fourier(name: str) -> Network:
    """A transform of 64 real numbers as two matrices, or of 32 complex ones as one."""
    about = {
        "dft64": f"Fourier transform of 64 real numbers, real and imaginary part a matrix each ({_SHARMA})",
        "dft32": f"Fourier transform of 32 complex numbers, real and imaginary parts in one matrix ({_SHARMA})",
    }
    net = Network(name, f"{about[name]}; no neural network")
    net.layer("signal", "input", "", shape=[64])
    if name == "dft32":
        net.layer("spectrum", "linear", width=64, entries="complex_fourier")
        return net
    for part, entries in (("real", "cosine"), ("imaginary", "sine")):
        net.layer(part, "linear", "signal", width=64, entries=entries)
    return net


def image() -> Network:
    """One colour plane: 24 blocks of 64 values of each of 1,094 columns."""
    net = Network(
        "image_reconstruction",
        f"Inverse transform of a colour plane in 26,256 steps ({_SHARMA}); no neural network. The image's size is not "
        "published: 1,536 x 1,094 is one of those that give this number (assumption)",
    )
    net.layer("plane", "input", "", shape=[64, 24, 1094])
    net.layer("columns", "linear", width=64, entries="cosine")
    return net


_WAN = "Wan et al., Nature 608, 504, 2022"


def resnet20() -> Network:
    """ResNet-20 for CIFAR-10 with 1 x 1 convolutions on shortcuts, layers numbered as NeuRRAM's authors do."""
    net = Network(
        "resnet20_cifar10",
        f"ResNet-20 on CIFAR-10 (He et al., CVPR 2016) as on NeuRRAM ({_WAN}): unsigned activations of 3 bits, image "
        "of 4; two bias rows a piece, some pieces have more or fewer",
    )
    net.layer("image", "input", "", shape=[3, 32, 32])
    asked = {"magnitude_bits": 3, "output_bits": 6, "bias_rows": 2}
    net.conv("conv0", 16, **{**asked, "magnitude_bits": 4, "output_bits": 7})
    number = 1
    for stage, channels in enumerate((16, 32, 64)):
        for block in range(3):
            first, start = stage > 0 and block == 0, net.last
            net.conv(f"conv{number}", channels, 3, 2 if first else 1, **asked)
            end = net.conv(f"conv{number + 1}", channels, 3, activation="none", **asked)
            number += 2
            if first:
                start = net.conv(f"conv{number}", channels, 1, 2, source=start, activation="none", **asked)
                number += 1
            net.layer(f"add{stage}.{block}", "add", [end, start], activation="relu")
    net.layer("mean", "reduce", function="mean")
    net.layer("dense", "linear", width=10, bias=True, **asked)
    return net


def mnist_cnn() -> Network:
    """Six convolutions and a dense layer."""
    net = Network(
        "mnist_cnn7",
        f"Seven-layer CNN on MNIST as on NeuRRAM ({_WAN}), inputs of 3 bits; where pools stand is an assumption that "
        "gives the 512 inputs of the dense layer",
    )
    asked = {"batch_norm": False, "bias": True, "magnitude_bits": 3, "output_bits": 6, "bias_rows": 1}
    net.layer("image", "input", "", shape=[1, 28, 28])
    for number, channels in enumerate((8, 8, 16, 16, 32, 32), start=1):
        net.conv(f"conv{number}", channels, **asked)
        if number == 6:
            net.layer("pool6", "max_pool2d", kernel=2, padding=1)
        elif number % 2 == 0:
            net.layer(f"pool{number}", "max_pool2d", kernel=2)
    net.layer("flat", "flatten")
    net.layer("dense", "linear", width=10, bias=True, magnitude_bits=3, output_bits=6, bias_rows=1)
    return net


def speech_lstm() -> Network:
    """Four cells side by side, a matrix of inputs and one of hidden values for each gate."""
    net = Network(
        "speech_lstm",
        f"Speech commands by four parallel LSTM cells of 112 hidden values as on NeuRRAM ({_WAN}), gates at the host; "
        "49 frames are an assumption (one second, 20 ms apart)",
    )
    asked = {"magnitude_bits": 3, "output_bits": 6, "bias_rows": 2}
    net.layer("sound", "input", "", shape=[40], steps=49)
    votes = []
    for cell in range(1, 5):
        gates = []
        for gate in "iafo":
            name = f"cell{cell}.{gate}"
            seen = net.layer(f"{name}.input", "linear", "sound", width=112, bias=True, **asked)
            kept = net.layer(
                f"{name}.hidden", "linear", f"{{layer: cell{cell}, delay: 1}}", width=112, bias=True,
                segments=1, **asked,
            )  # fmt: skip
            gates.append(net.layer(name, "add", [seen, kept]))
        net.layer(f"cell{cell}", "elementwise", gates, function="lstm", operations=8, width=112)
        net.layer(f"cell{cell}.last", "rearrange", [net.last], function="slice", width=112)
        votes.append(net.layer(f"cell{cell}.words", "linear", width=12, bias=True, segments=1, **asked))
    net.layer("words", "elementwise", votes, function="add", operations=3)
    return net


def rbm() -> Network:
    """Gibbs sampling: up and down through one matrix, known pixels given anew at every step."""
    net = Network(
        "rbm_mnist",
        f"Image recovery by a restricted Boltzmann machine of 794 x 120 as on NeuRRAM ({_WAN}); a time step is a Gibbs "
        "step, of which ten are an assumption",
    )
    net.sequence = "{length: 10, limit: 1000}"
    net.layer("known", "input", "", shape=[794], sequence=True)
    net.layer("visible", "elementwise", ["known", "{layer: down, delay: 1}"], function="clamp")
    asked = {"magnitude_bits": 1, "output_bits": 3}
    more = {"segments": 8, "bias_rows": 2, "bias_columns": 4}
    net.layer("up", "linear", width=120, bias=True, **asked, **more)
    net.layer("hidden", "elementwise", [net.last], function="sample")
    net.layer("down", "linear", width=794, bias=True, weights="up", transposed=True, **asked)
    net.lines.append("outputs: [down]")
    return net


ZOO: dict[str, Callable[[], Network]] = {
    "resnet18": lambda: resnet(18),
    "resnet50": lambda: resnet(50),
    "vgg8": vgg8,
    "vgg16": vgg16,
    "mobilenet_v2": mobilenet_v2,
    "ds_cnn_kws": ds_cnn,
    "rnn_t": rnn_t,
    "rnn_t_folded": rnn_t_folded,
    "rnn_t_decoder": rnn_t_decoder,
    "kws_fc": kws_fc,
    "albert_layer": albert_layer,
    "bert_base": lambda: bert("base", 12, 768, 12),
    "bert_large": lambda: bert("large", 24, 1024, 16),
    "bert_base_merged": lambda: bert("base", 12, 768, 12, merged=True),
    "bert_large_merged": lambda: bert("large", 24, 1024, 16, merged=True),
    "resnet32_cifar10": resnet32,
    "gpt2_small": lambda: gpt2("small", 12, 768, 12),
    "gpt2_xl": lambda: gpt2("xl", 48, 1600, 25),
    "llama2_7b": lambda: llama(
        "llama2_7b",
        "Llama 2 7B (Touvron et al., arXiv 2307.09288)",
        hidden=11008,
        entries=32000,
        longest=4096,
    ),
    "llama3_8b": lambda: llama(
        "llama3_8b",
        "Llama 3 8B (Grattafiori et al., The Llama 3 herd of models, arXiv 2407.21783)",
        hidden=14336,
        entries=128256,
        longest=8192,
        key_heads=8,
    ),
    "mixtral_8x7b": mixtral,
    "decoder_512": decoder,
    "moe_512": lambda: mixture(512),
    "moe_768": lambda: mixture(768),
    "experts_1024": experts,
    "matmul64_random": lambda: product("random"),
    "matmul64_symmetric": lambda: product("symmetric"),
    "matmul64_doubly_stochastic": lambda: product("doubly_stochastic"),
    "dft32": lambda: fourier("dft32"),
    "dft64": lambda: fourier("dft64"),
    "image_reconstruction": image,
    "resnet20_cifar10": resnet20,
    "mnist_cnn7": mnist_cnn,
    "speech_lstm": speech_lstm,
    "rbm_mnist": rbm,
}
"""File name without ending -> network."""


def main() -> None:
    for name, build in ZOO.items():
        (FOLDER / f"{name}.yaml").write_text(build().text(), encoding="utf-8")


if __name__ == "__main__":
    main()
