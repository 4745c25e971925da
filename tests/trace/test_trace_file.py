import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_workloads import workloads

from simulator.base.errors import InputError
from simulator.trace.file import MAX_BYTES, MAX_LINE, read, write
from simulator.trace.pattern import Every, Given, Listed, Poisson, RequestPattern, Uniform
from simulator.trace.trace import Request, Trace, record_trace
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "traces" / "resnet9_cifar10_x4.jsonl"


def captions() -> Trace:
    workload = load_workload(ROOT / "workloads" / "flickr8k_captioning.yaml")
    return record_trace(workload, RequestPattern(3, 2, Every(1000), Listed((3, 24, 3))))


@pytest.fixture(scope="module")
def lines(tmp_path_factory) -> list[str]:
    path = tmp_path_factory.mktemp("trace") / "t.jsonl"
    write(captions(), path)
    return path.read_text().splitlines()


def test_the_shipped_trace_is_a_fresh_recording(tmp_path):
    workload = load_workload(ROOT / "workloads" / "resnet9_cifar10.yaml")
    write(record_trace(workload, RequestPattern(count=4)), tmp_path / "fresh.jsonl")
    assert (tmp_path / "fresh.jsonl").read_bytes() == SHIPPED.read_bytes()


def test_recording_binds_one_graph_per_length():
    trace = captions()
    assert [graph.length for graph in trace.graphs] == [3, 24]
    assert trace.requests == (Request(0, 0, 3, 2), Request(1000, 1, 24, 2), Request(2000, 0, 3, 2))
    assert [request.arrival for request in trace.inferences] == [0, 0, 1000, 1000, 2000, 2000]
    assert trace.graphs[0].weights == 4_080_384


def test_a_length_beyond_the_workload_is_refused():
    workload = load_workload(ROOT / "workloads" / "flickr8k_captioning.yaml")
    with pytest.raises(InputError, match=r"length: must be 1\.\.24 for 'flickr8k_captioning', got 25"):
        record_trace(workload, RequestPattern(lengths=Listed((25,))))


def test_too_many_lengths_are_refused(monkeypatch):
    monkeypatch.setattr("simulator.trace.trace.MAX_LAYERS", 19)
    workload = load_workload(ROOT / "workloads" / "ptb_char_lstm.yaml")
    pattern = RequestPattern(count=5, lengths=Listed((1, 2, 3, 4, 5)))
    with pytest.raises(InputError, match="lengths: a trace must have at most 19 layers over all different"):
        record_trace(workload, pattern)


@given(workload=workloads(), data=st.data())
def test_round_trip_is_exact(workload, data, tmp_path_factory):
    lengths = Uniform(1, 50, seed=data.draw(st.integers())) if workload.description.sequence else None
    times = st.lists(st.integers(0, 10**18), min_size=3, max_size=3).map(sorted).map(tuple).map(Given)
    arrivals = data.draw(st.one_of(times, st.just(Poisson(1e3))))
    pattern = RequestPattern(3, data.draw(st.integers(1, 5)), arrivals)
    trace = record_trace(workload, replace(pattern, lengths=lengths) if lengths else pattern)
    share = st.one_of(st.none(), st.floats(0, 1))
    measured = tuple(
        replace(layer, density=data.draw(share), magnitude=data.draw(share))
        for layer in trace.graphs[0].layers
    )
    trace = replace(trace, graphs=(replace(trace.graphs[0], layers=measured), *trace.graphs[1:]))
    for name in ("t.jsonl", "t.jsonl.gz"):
        path = tmp_path_factory.getbasetemp() / name
        write(trace, path)
        assert read(path) == trace
        before = path.read_bytes()
        write(trace, path)
        assert path.read_bytes() == before


def test_gzip_holds_the_same_text(tmp_path):
    write(captions(), tmp_path / "a.jsonl")
    write(captions(), tmp_path / "a.jsonl.gz")
    assert gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes()) == (tmp_path / "a.jsonl").read_bytes()


def test_a_failed_write_leaves_what_was_there(tmp_path, monkeypatch):
    target = tmp_path / "t.jsonl"
    write(captions(), target)
    before = target.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match=r"t\.jsonl: cannot be written: No space left on device"):
        write(captions(), target)
    assert target.read_bytes() == before
    assert list(tmp_path.iterdir()) == [target]


def test_places_that_cannot_be_written(tmp_path):
    (tmp_path / "plain").write_text("")
    for place, reason in [
        (tmp_path, "is a folder"),
        (tmp_path / "nowhere" / "t", "No such file or directory"),
        (tmp_path / "plain" / "t", "Not a directory"),
        (tmp_path / ("x" * 300), "File name too long"),
    ]:
        with pytest.raises(InputError, match=rf"cannot be written: {reason}\. Name a file in a folder"):
            write(captions(), place)


def changed(lines: list[str], at: int, /, **values: object) -> list[str]:
    """Line ``at`` with other values, checksum left out so that the line itself is judged."""
    got = list(lines)
    for line, new in ((0, {}), (at, values)):
        record = json.loads(got[line])
        record.pop("checksum", None)
        got[line] = json.dumps({key: value for key, value in {**record, **new}.items() if value != "absent"})
    return got


def complaint(tmp_path: Path, content: str | bytes, name: str = "t.jsonl") -> str:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.exit_code == 2
    return str(caught.value).replace(f"{tmp_path}/", "")


def text(lines: list[str]) -> str:
    return "".join(line + "\n" for line in lines)


# Lines of the captions: 0 header, 1 shape, 2 image, 3 embedding, 4 step, 5 lstm, 6 dense, 7 word, 8 shape ...
@pytest.mark.parametrize(
    ("number", "values", "expected"),
    [
        (
            0,
            {"version": 2},
            "t.jsonl:1: version: this simulator reads up to version 1, got 2. Update the simulator",
        ),
        (0, {"version": 0}, "t.jsonl:1: version: must be one of 1, got 0"),
        (0, {"version": "1"}, "t.jsonl:1: version: must be one of 1, got '1'"),
        (
            0,
            {"format": "other"},
            "t.jsonl:1: is not a trace: the first line must be a header with format 'aimc",
        ),
        (0, {"xyz": 1}, "t.jsonl:1: xyz: is not a known key. Known: checksum, digest, format,"),
        (
            0,
            {"requests": 4},
            "t.jsonl:19: is cut off: the header counts 19 lines, 18 are whole. Copy the file",
        ),
        (
            0,
            {"requests": 2},
            "t.jsonl:18: must end here: the header counts 17 lines. Correct the header's counts",
        ),
        (0, {"layers": 13, "requests": 2}, "t.jsonl:18: must end here. Correct the number of layers"),
        (0, {"layers": 11, "requests": 4}, "t.jsonl:19: another record is due"),
        (0, {"shapes": 3, "requests": 2}, "t.jsonl:16: record: must be one of shape, got 'request'"),
        (0, {"digest": "md5"}, "t.jsonl:1: digest: string should match pattern"),
        (0, {"shapes": 10**12}, "t.jsonl:1: shapes: must be at most 1000000, got 1000000000000"),
        (1, {"shape": 1}, "t.jsonl:2: shape: must be 0, shapes are numbered in order, got 1"),
        (1, {"layers": 7}, "t.jsonl:9: record: must be one of layer, got 'shape'"),
        (1, {"layers": 5}, "t.jsonl:2: outputs: no such layer in this shape, got 'word'"),
        (8, {"layers": 7}, "t.jsonl:16: record: must be one of layer, got 'request'"),
        (1, {"outputs": ["wort"]}, "t.jsonl:2: outputs: no such layer in this shape, got 'wort'"),
        (2, {"record": "colour"}, "t.jsonl:3: record: must be one of layer, got 'colour'"),
        (2, {"shape": 1}, "t.jsonl:3: shape: must be 0, the shape begun above, got 1"),
        (2, {"grid": [4]}, "t.jsonl:5: step.inputs: both inputs must have the same shape, got 'image (4 of"),
        (3, {"grid": [4]}, "t.jsonl:4: embedding.grid: must be [3] here, got '[4]'"),
        (7, {"grid": []}, "t.jsonl:4: embedding.grid: must be [] here, got '[3]'"),
        (2, {"grid": "absent"}, "t.jsonl:3: grid: must be given"),
        (2, {"width": 503}, "t.jsonl:5: step.inputs: both inputs must have the same shape, got 'image (3 of"),
        (2, {"width": 504.0}, "t.jsonl:3: width: must be an integer, got 504.0"),
        (2, {"width": True}, "t.jsonl:3: width: must be an integer, got True"),
        (
            2,
            {"width": 10**30},
            "t.jsonl:3: width: must be at most 1048576, got 1000000000000000000000000000000",
        ),
        (2, {"width": float("nan")}, "t.jsonl:3: width: must be an integer, got nan"),
        (2, {"density": 1.5}, "t.jsonl:3: density: must be at most 1, got 1.5"),
        (2, {"density": float("inf")}, "t.jsonl:3: density: must be a finite number, got inf"),
        (2, {"density": float("nan")}, "t.jsonl:3: density: must be a finite number, got nan"),
        (
            2,
            {"inputs": [{"layer": "image", "delay": 1}]},
            "t.jsonl:3: image.inputs: must be [] here, got '[{",
        ),
        (3, {"name": "image"}, "t.jsonl:4: name: is given twice in this shape, got 'image'"),
        (
            3,
            {"name": "a\u001b[31m"},
            "t.jsonl:4: name: names have 1 to 64 characters of A-Z a-z 0-9 _ . -, got 'a?[",
        ),
        (3, {"inputs": []}, "t.jsonl:4: embedding.input: must be the name of a layer or {layer: NAME"),
        (
            3,
            {"inputs": [{"layer": "lstm", "delay": 0}]},
            "t.jsonl:4: embedding.inputs: must name an earlier layer",
        ),
        (3, {"attributes": {"entries": 0}}, "t.jsonl:4: embedding.entries: must be at least 1, got 0"),
        (3, {"attributes": {"kind": "lstm"}}, "t.jsonl:4: embedding.entries: must be given"),
        (3, {"kind": "magic"}, "t.jsonl:4: embedding.kind: must be one of input, conv2d, linear"),
        (5, {"matrices": []}, 't.jsonl:6: lstm.matrices: must be [{"name": "input_gate", "rows": 504'),
        (5, {"parameters": 7}, "t.jsonl:6: lstm.parameters: must be 2034144 here, got '7'"),
        (5, {"window": {"kernel": [1, 1]}}, "t.jsonl:6: window.stride: must be given"),
        (6, {"activation": "relo"}, "t.jsonl:7: dense.activation: must be one of none, relu, got 'relo'."),
        (6, {"attributes": {"bias": 1}}, "t.jsonl:7: dense.bias: must be true or false, got 1"),
        (15, {"number": 1}, "t.jsonl:16: number: must be 0, requests are numbered in order, got 1"),
        (16, {"arrival": -1}, "t.jsonl:17: arrival: must be at least 0, got -1"),
        (16, {"arrival": 5000}, "t.jsonl:18: arrival: must not be before the one above, 5000 ps, got 2000"),
        (16, {"arrival": 1e400}, "t.jsonl:17: arrival: must be an integer, got inf"),
        (16, {"arrival": "1000"}, "t.jsonl:17: arrival: must be an integer, got '1000'"),
        (16, {"shape": 2}, "t.jsonl:17: shape: must be below 2, the number of shapes, got 2"),
        (16, {"length": 3}, "t.jsonl:17: length: must be 24, the time steps of shape 1, got 3"),
        (16, {"length": None}, "t.jsonl:17: length: must be 24, the time steps of shape 1, got 'null'"),
        (16, {"batch": 999_999}, "t.jsonl:17: batch: must not add up to more than 1000000, got 999999"),
    ],
)
def test_each_wrong_value_is_named(lines, tmp_path, number, values, expected):
    assert complaint(tmp_path, text(changed(lines, number, **values))).startswith(expected)


def test_a_hand_made_trace_needs_no_checksum(lines, tmp_path):
    (tmp_path / "t.jsonl").write_text(text(changed(lines, 16, arrival=1500)))
    assert read(tmp_path / "t.jsonl").requests[1].arrival == 1500


def test_a_change_after_recording_is_noticed(lines, tmp_path):
    edited = text(lines).replace('"arrival":1000', '"arrival":1001')
    assert "t.jsonl:1: checksum: must be that of the content, sha256:" in complaint(tmp_path, edited)


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.999])
def test_truncated_files(lines, tmp_path, keep):
    whole = text(lines)
    assert "is cut off: the header counts 18 lines" in complaint(tmp_path, whole[: int(keep * len(whole))])
    packed = gzip.compress(whole.encode())
    message = complaint(tmp_path, packed[: int(keep * len(packed))], "t.jsonl.gz")
    assert message.startswith("t.jsonl.gz: is not whole gzip data: ")


def test_foreign_files(tmp_path, lines):
    not_a_trace = (
        "t.jsonl:1: is not a trace: the first line must be a header with format 'aimc-trace'. Record one"
    )
    for content in (
        b"",
        b"\n",
        b"{}\n",
        b"[" * 50_000,
        b"\xff\xfe\n",
        b"PK\x03\x04",
        b"null\n",
        b'{"format":NaN}\n',
    ):
        assert complaint(tmp_path, content).startswith(not_a_trace)
    packed = gzip.compress(text(lines).encode())
    assert complaint(tmp_path, packed) == "t.jsonl: is compressed. Give it a name that ends in .gz"
    assert complaint(tmp_path, text(lines), "t.gz").startswith(
        "t.gz: is not whole gzip data: Not a gzipped file"
    )
    with pytest.raises(InputError, match=r"s\.jsonl: no such file\. Did you mean 't\.jsonl'\?"):
        read(tmp_path / "s.jsonl")


def test_monstrous_lines(tmp_path, lines):
    for number, place in ((0, "t.jsonl:1"), (5, "t.jsonl:6")):
        got = list(lines)
        got[number] += " " * 1_000_000
        assert complaint(tmp_path, text(got)).startswith(
            f"{place}: lines must have at most {MAX_LINE} bytes, got"
        )
    got = list(lines)
    got[5] = '{"a":' + "[" * 40_000
    assert complaint(tmp_path, text(got)).startswith("t.jsonl:6: is not valid JSON: recursion limit exceeded")
    got[5] = lines[5].replace("504", "9" * 20_000, 1)
    assert complaint(tmp_path, text(got)).startswith("t.jsonl:6: ")


def test_decompression_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr("simulator.trace.file.MAX_BYTES", 10_000_000)
    bomb = gzip.compress(bytes(20_000_000))
    expected = "t.gz: must be no larger than 10,000,000 bytes once decompressed"
    assert complaint(tmp_path, bomb, "t.gz") == expected
    assert MAX_BYTES == 2**28


def read_or_refuse(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        assert read(path) == captions()
    except InputError as error:
        assert str(error)


@given(data=st.data())
@settings(max_examples=300)
def test_damaged_bytes_never_pass_as_another_trace(data, lines, tmp_path_factory):
    content = bytearray(text(lines).encode())
    packed = data.draw(st.booleans())
    content = bytearray(gzip.compress(bytes(content), mtime=0)) if packed else content
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = start + data.draw(st.integers(0, 3))
        content[start:end] = data.draw(st.binary(max_size=3))
    path = tmp_path_factory.getbasetemp() / ("fuzz.jsonl.gz" if packed else "fuzz.jsonl")
    read_or_refuse(path, bytes(content))


@given(data=st.data())
@settings(max_examples=300)
def test_shuffled_and_altered_lines_never_pass_as_another_trace(data, lines, tmp_path_factory):
    got = list(lines)
    start = data.draw(st.integers(0, len(got) - 1))
    change = data.draw(st.sampled_from(["drop", "repeat", "swap", "value"]))
    if change == "drop":
        del got[start]
    elif change == "repeat":
        got.insert(data.draw(st.integers(0, len(got))), got[start])
    elif change == "swap":
        other = data.draw(st.integers(0, len(got) - 1))
        got[start], got[other] = got[other], got[start]
    else:
        record = json.loads(got[start])
        values = st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text("abé.", max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text("abé.", max_size=5), inner, max_size=3)
            ),
            max_leaves=5,
        )
        record[data.draw(st.sampled_from([*record, "new"]))] = data.draw(values)
        got[start] = json.dumps(record)
    read_or_refuse(tmp_path_factory.getbasetemp() / "lines.jsonl", text(got).encode())


@given(data=st.data())
@settings(max_examples=300)
def test_without_checksum_a_changed_value_is_a_trace_or_an_input_error(data, lines, tmp_path_factory):
    start = data.draw(st.integers(0, len(lines) - 1))
    record = json.loads(lines[start])
    values = st.one_of(
        st.integers(-1, 600),
        st.sampled_from([*record.values(), "image", "word", "lstm", "add", "flatten", []]),
    )
    changes = {data.draw(st.sampled_from([*record])): data.draw(values) for _ in range(2)}
    changes.pop("checksum", None)
    path = tmp_path_factory.getbasetemp() / "values.jsonl"
    path.write_text(text(changed(lines, start, **changes)))
    try:
        trace = read(path)
    except InputError as error:
        assert str(error)
    else:
        write(trace, path)
        assert read(path) == trace
