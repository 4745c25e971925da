"""Models as PyTorch exports them; extra, since PyTorch is large (``pip install .[torch]``)."""

import warnings

import pytest
from graphs import counted, macs

from simulator.workload.reader import load_workload

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")
pytestmark = pytest.mark.extra

WIDTH, HEADS, STEPS, PAST, WORDS = 32, 4, 10, 6, 50
SHARE = WIDTH // HEADS


def export(module, inputs, path, names, *, axes=None, outputs=None):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            inputs,
            str(path),
            dynamo=False,
            opset_version=17,
            input_names=names,
            output_names=outputs,
            dynamic_axes=axes,
        )
    return path


class Attention(torch.nn.Module):
    """Heads, an optional mask, an optional past."""

    def __init__(self, *, causal):
        super().__init__()
        self.packed, self.out = torch.nn.Linear(WIDTH, 3 * WIDTH), torch.nn.Linear(WIDTH, WIDTH)
        self.causal = causal

    def forward(self, x, bias=None, past=None):
        batch, steps, _ = x.shape
        heads = [
            part.view(batch, steps, HEADS, SHARE).transpose(1, 2) for part in self.packed(x).split(WIDTH, 2)
        ]
        query, key, value = heads
        if past is not None:
            key, value = torch.cat([past[0], key], 2), torch.cat([past[1], value], 2)
        scores = query @ key.transpose(-1, -2) / SHARE**0.5
        if self.causal:
            seen = torch.ones(scores.shape[-2:], dtype=torch.bool).tril(scores.shape[-1] - scores.shape[-2])
            scores = scores.masked_fill(~seen, float("-inf"))
        if bias is not None:
            scores = scores + bias
        mixed = (scores.softmax(-1) @ value).transpose(1, 2).reshape(batch, steps, WIDTH)
        return self.out(mixed), torch.stack([key, value])


class Block(torch.nn.Module):
    def __init__(self, *, causal):
        super().__init__()
        self.attention = Attention(causal=causal)
        self.norms = torch.nn.ModuleList(torch.nn.LayerNorm(WIDTH) for _ in range(2))
        self.feed = torch.nn.Sequential(
            torch.nn.Linear(WIDTH, 4 * WIDTH), torch.nn.GELU(), torch.nn.Linear(4 * WIDTH, WIDTH)
        )

    def forward(self, x, bias=None, past=None):
        mixed, present = self.attention(self.norms[0](x), bias, past)
        x = x + mixed
        return x + self.feed(self.norms[1](x)), present


class Bert(torch.nn.Module):
    """Words, places and a mask; two blocks; the first vector decides."""

    def __init__(self):
        super().__init__()
        self.words, self.places = torch.nn.Embedding(WORDS, WIDTH), torch.nn.Embedding(64, WIDTH)
        self.blocks = torch.nn.ModuleList(Block(causal=False) for _ in range(2))
        self.pooler = torch.nn.Linear(WIDTH, WIDTH)

    def forward(self, words, mask):
        x = self.words(words) + self.places(torch.arange(words.shape[1]))
        bias = (1.0 - mask[:, None, None, :].float()) * -1e4
        for block in self.blocks:
            x, _ = block(x, bias)
        return torch.tanh(self.pooler(x[:, 0]))


class Gpt(torch.nn.Module):
    """One step of a decoder that is given keys and values of the steps before."""

    def __init__(self):
        super().__init__()
        self.words = torch.nn.Embedding(WORDS, WIDTH)
        self.blocks = torch.nn.ModuleList(Block(causal=True) for _ in range(2))
        self.head = torch.nn.Linear(WIDTH, WORDS, bias=False)

    def forward(self, words, past):
        x, presents = self.words(words), []
        for block, kept in zip(self.blocks, past, strict=True):
            x, present = block(x, None, kept)
            presents.append(present)
        return self.head(x), torch.stack(presents)


BLOCK = 12 * WIDTH * WIDTH
"""Weights of a block: four matrices of attention, eight as large for the feed-forward network."""


def test_an_lstm(tmp_path):
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.words = torch.nn.Embedding(WORDS, 16)
            self.lstm = torch.nn.LSTM(16, 24, num_layers=2, batch_first=True, bidirectional=True)
            self.out = torch.nn.Linear(48, WORDS)

        def forward(self, words):
            return self.out(self.lstm(self.words(words))[0])

    words = torch.zeros(1, 12, dtype=torch.long)
    path = export(
        Net(), (words,), tmp_path / "lstm.onnx", ["words"], axes={"words": {0: "batch", 1: "sequence"}}
    )
    workload = load_workload(path, ["sequence=7"])
    graph = workload.bind()
    gates = 2 * 4 * 24 * ((16 + 24) + (48 + 24))
    assert graph.macs == workload.coverage.macs == 7 * (gates + 48 * WORDS)
    assert [layer.kind for layer in graph.mapped] == ["lstm"] * 4 + ["linear"]
    assert graph["out.MatMul"].grid == (7,)


def test_an_encoder(tmp_path):
    words = torch.zeros(1, STEPS, dtype=torch.long)
    names = ["words", "mask"]
    axes = {name: {0: "batch", 1: "sequence"} for name in names}
    path = export(Bert(), (words, torch.ones_like(words)), tmp_path / "bert.onnx", names, axes=axes)
    for steps in (STEPS, 17):
        workload = load_workload(path, [f"sequence={steps}"])
        graph = workload.bind()
        assert graph.macs == steps * 2 * BLOCK + WIDTH * WIDTH
        assert workload.coverage.macs - workload.coverage.mapped == 2 * 2 * steps * steps * WIDTH
        products = [layer for layer in graph.layers if layer.kind == "product"]
        assert [(layer.grid, layer.inputs[1].reach) for layer in products] == [((steps,), "all")] * 4
        assert not [layer.name for layer in graph.layers if layer.name.endswith(".order")]
    fixed = export(Bert(), (words, torch.ones_like(words)), tmp_path / "fixed.onnx", names)
    assert macs(load_workload(fixed).bind()) == counted(onnx.load(fixed))


@pytest.mark.parametrize(("now", "past"), [(1, 6), (3, 40)])
def test_a_decoder_with_a_cache(tmp_path, now, past):
    inputs = torch.zeros(1, 2, dtype=torch.long), torch.zeros(2, 2, 1, HEADS, PAST, SHARE)
    axes = {"words": {1: "now"}, "past": {4: "before"}}
    path = export(
        Gpt(), inputs, tmp_path / "gpt.onnx", ["words", "past"], axes=axes, outputs=["y", "present"]
    )
    workload = load_workload(path, [f"now={now}", f"before={past}"])
    graph, total = workload.bind(), now + past
    assert graph.macs == now * (2 * BLOCK + WIDTH * WORDS)
    assert workload.coverage.macs - graph.macs == 2 * 2 * now * total * WIDTH
    values = [graph[name].positions * graph[name].width for name in graph.outputs]
    assert values == [now * WORDS, 2 * 2 * total * WIDTH]


def test_a_network_with_depthwise_and_transposed_convolutions(tmp_path):
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 16, 3, stride=2, padding=1, bias=False),
        torch.nn.BatchNorm2d(16),
        torch.nn.ReLU6(),
        torch.nn.Conv2d(16, 16, 3, padding=1, groups=16),
        torch.nn.Hardswish(),
        torch.nn.ConvTranspose2d(16, 8, 2, stride=2),
        torch.nn.Upsample(scale_factor=2),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(8, 10),
    )
    path = export(net, (torch.zeros(1, 3, 32, 32),), tmp_path / "net.onnx", ["x"])
    graph = load_workload(path).bind()
    assert macs(graph) == [256 * 27 * 16, 256 * 9 * 16, 256 * 16 * 8 * 4, 80]
    assert [layer.matrices[0].blocks for layer in graph.mapped] == [1, 16, 1, 1]


KEYS, FEED = 2, 80
"""Heads of keys and values, and width of the feed-forward network, of a decoder in the style of Llama."""


class RmsNorm(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(WIDTH))

    def forward(self, x):
        return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)


def turned(x):
    """Rotary positions: the second half, negated, beside the first."""
    return torch.cat((-x[..., SHARE // 2 :], x[..., : SHARE // 2]), -1)


class Llama(torch.nn.Module):
    """One block: shared keys, rotary positions, a gated feed-forward network."""

    def __init__(self):
        super().__init__()
        made = {"q": WIDTH, "k": KEYS * SHARE, "v": KEYS * SHARE, "o": WIDTH, "gate": FEED, "up": FEED}
        self.parts = torch.nn.ModuleDict({n: torch.nn.Linear(WIDTH, w, bias=False) for n, w in made.items()})
        self.down = torch.nn.Linear(FEED, WIDTH, bias=False)
        self.norms = torch.nn.ModuleList(RmsNorm() for _ in range(2))

    def forward(self, x, past_k, past_v):
        steps, before = x.shape[1], past_k.shape[2]
        h = self.norms[0](x)
        q, k, v = (self.parts[n](h).view(1, steps, -1, SHARE).transpose(1, 2) for n in "qkv")
        angles = torch.outer(torch.arange(before, before + steps).float(), torch.ones(SHARE // 2)).repeat(
            1, 2
        )
        q, k = (part * angles.cos() + turned(part) * angles.sin() for part in (q, k))
        k, v = torch.cat([past_k, k], 2), torch.cat([past_v, v], 2)
        wide = [
            p[:, :, None].expand(1, KEYS, HEADS // KEYS, -1, SHARE).reshape(1, HEADS, -1, SHARE)
            for p in (k, v)
        ]
        mixed = (q @ wide[0].transpose(2, 3) / SHARE**0.5).softmax(-1) @ wide[1]
        x = x + self.parts["o"](mixed.transpose(1, 2).reshape(1, steps, WIDTH))
        h = self.norms[1](x)
        return x + self.down(torch.nn.functional.silu(self.parts["gate"](h)) * self.parts["up"](h)), k, v


@pytest.mark.parametrize(("now", "past"), [(1, 20), (3, 6)])
def test_a_decoder_with_shared_keys(tmp_path, now, past):
    inputs = torch.zeros(1, 2, WIDTH), *(torch.zeros(1, KEYS, PAST, SHARE) for _ in range(2))
    axes = {"x": {1: "now"}, "k": {2: "before"}, "v": {2: "before"}}
    path = export(Llama(), inputs, tmp_path / "llama.onnx", ["x", "k", "v"], axes=axes)
    workload = load_workload(path, [f"now={now}", f"before={past}"])
    graph = workload.bind()
    shared = KEYS * SHARE
    assert graph.macs == now * (2 * WIDTH * WIDTH + 2 * WIDTH * shared + 3 * WIDTH * FEED)
    assert graph.products == workload.coverage.macs - graph.macs == 2 * now * (now + past) * WIDTH
    assert not [layer.name for layer in graph.layers if layer.name.endswith(".order")]
    norms = [layer for layer in graph.layers if layer.kind == "normalise"]
    assert len(norms) == 3
    assert [layer.grid for layer in norms] == [(now,) if now > 1 else ()] * 3
