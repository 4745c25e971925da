"""Requests to a language model from CSV files, and as records of a trace."""

import json
from pathlib import Path

import pytest

from simulator.base.errors import InputError
from simulator.trace.file import read, write
from simulator.trace.lengths_csv import Lengths, read_lengths
from simulator.trace.trace import record_trace
from simulator.trace.written import Written, pattern
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]
LAYOUTS = {
    "own": "arrival_s,prompt_length,output_length\n1.5,10,3\n1.500001,20,1\n",
    "azure": "TIMESTAMP,ContextTokens,GeneratedTokens\n"
    "2023-11-16 18:15:46.6805900,10,3\n2023-11-16 18:15:46.6805910,20,1\n",
    "burst": "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
    "5,ChatGPT,10,3,13,Conversation log\n5.000001,GPT-4,20,1,21,API log\n",
    "with a byte order mark": "\ufeffarrival_s,prompt_length,output_length\n0,10,3\n0.000001,20,1\n",
}


def test_public_layouts_are_understood(tmp_path: Path) -> None:
    for name, text in LAYOUTS.items():
        path = tmp_path / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        assert read_lengths(path) == Lengths((0, 10**6), (10, 20), (3, 1), (2, 3)), name
        assert read_lengths(path, 1) == Lengths((0,), (10,), (3,), (2,)), name


WRONG = {
    "a,b\n1,2\n": "1: must have the columns arrival_s, prompt_length, output_length; or TIMESTAMP",
    "arrival_s,prompt_length,output_length\n": "has no requests",
    "arrival_s,prompt_length,output_length\n0,5,0\n": (
        "2: output_length: must be an integer of 1 or more, got 0. Remove requests that failed"
    ),
    "arrival_s,prompt_length,output_length\n0,5\n": "2: output_length: is missing",
    "arrival_s,prompt_length,output_length\nnow,5,1\n": "2: arrival_s: must be seconds, or date and time, got now",
    "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-13-16 18:15:46,1,1\n": "2: TIMESTAMP: must be seconds, or date",
    "arrival_s,prompt_length,output_length\n1,5,2\n\n0.5,5,2\n": (
        "4: arrival_s: must not be before the one above, got 0.5. Sort the lines by arrival"
    ),
    "arrival_s,prompt_length,output_length\n7,5,2\n1000007.5,5,2\n": (
        "3: arrival_s: must be at most 1,000,000 s after the first, got 1000007.5. Take a part of the file"
    ),
    "arrival_s,arrival_s,prompt_length,output_length\n0,1,5,2\n": (
        "1: must not name a column twice, got arrival_s. Remove all but one, or name the others otherwise"
    ),
    "arrival_s,prompt_length,output_length\n0,1e9999,1\n": "2: prompt_length: must be an integer",
}


def test_wrong_files_are_told_with_their_line(tmp_path: Path) -> None:
    for number, (text, said) in enumerate(WRONG.items()):
        path = tmp_path / f"{number}.csv"
        path.write_text(text)
        with pytest.raises(InputError) as refused:
            read_lengths(path)
        assert said in str(refused.value).replace("'", "")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="is not text in UTF-8"):
        read_lengths(tmp_path / "binary.csv")


def test_a_file_says_when_and_how_long(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(LAYOUTS["own"])
    found = pattern(Written(requests=path), 0)
    assert [(row.arrival, row.prompt, row.output) for row in found.requests()] == [(0, 10, 3), (10**6, 20, 1)]
    with pytest.raises(InputError, match="--requests: cannot be combined with --prompt-length"):
        pattern(Written(requests=path, prompt_length="5", output_length="5"), 0)
    with pytest.raises(InputError, match="--count: must not be more than the 2 requests of"):
        pattern(Written(requests=path, count=3), 0)


def test_lengths_that_no_network_takes_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("arrival_s,prompt_length,output_length\n0,5,2\n1,2000,50\n")
    with pytest.raises(InputError) as refused:
        record_trace(
            load_workload(ROOT / "workloads" / "gpt2_small.yaml"), pattern(Written(requests=path), 0)
        )
    error = refused.value
    assert (error.place, error.field, error.value) == (f"{path}:3", "lengths", "2000 and 50")
    assert error.rule == "prompt and output must be at least one token each, together at most 2049"


def test_lengths_of_one_seed_are_drawn_apart() -> None:
    rows = list(pattern(Written(count=20, prompt_length="1..900", output_length="1..900"), 3).requests())
    assert [row.prompt for row in rows] != [row.output for row in rows]
    assert rows == list(
        pattern(Written(count=20, prompt_length="1..900", output_length="1..900"), 3).requests()
    )


def lines(tmp_path: Path) -> list[str]:
    trace = record_trace(
        load_workload(ROOT / "workloads" / "gpt2_small.yaml"),
        pattern(Written(count=2, batch=2, prompt_length="5,6", output_length="3,1", arrivals="every:1us"), 0),
    )
    write(trace, tmp_path / "t.jsonl")
    assert read(tmp_path / "t.jsonl") == trace
    return (tmp_path / "t.jsonl").read_text().splitlines()


def test_a_recorded_generation_is_read_back_and_guarded(tmp_path: Path) -> None:
    good = lines(tmp_path)
    head = json.loads(good[0])
    del head["checksum"]
    last = json.loads(good[-1])
    assert (last["prompt_length"], last["output_length"], last["length"], last["shape"]) == (6, 1, 1, 0)
    cases = {
        "must go": (
            {**last, "output_length": 0},
            "output_length: prompt_length and output_length go together",
        ),
        "shape": ({**last, "shape": 2}, "shape: must be below 2"),
    }
    for changed, said in cases.values():
        path = tmp_path / "bad.jsonl"
        path.write_text("\n".join([json.dumps(head), *good[1:-1], json.dumps(changed)]) + "\n")
        with pytest.raises(InputError, match=said):
            read(path)
    grown = [
        line.replace('"growth":1536', '"growth":1537', 1) if '"growth":1536' in line else line
        for line in good
    ]
    (tmp_path / "bad.jsonl").write_text("\n".join([json.dumps(head), *grown[1:]]) + "\n")
    with pytest.raises(InputError, match="growth: must be 1536 here"):
        read(tmp_path / "bad.jsonl")
