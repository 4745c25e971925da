"""Reads a Chrome JSON trace as its format describes it; knows nothing of what wrote it."""

import gzip
import json
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any


@dataclass
class Slice:
    """Times in picoseconds; ``depth`` 0 is outermost."""

    process: str
    track: str
    name: str
    begin: int
    depth: int
    args: dict[str, Any]
    end: int = -1


@dataclass
class Trace:
    """What a viewer shows."""

    slices: list[Slice] = field(default_factory=list)
    flows: list[tuple[Slice, Slice, str]] = field(default_factory=list)
    counters: dict[tuple[str, str], list[tuple[int, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    instants: list[int] = field(default_factory=list)


def read(path: Path) -> Trace:
    """Read in the order of the file; every rule of the format is asserted on the way."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    document = json.loads(raw, parse_float=Decimal)
    assert document["displayTimeUnit"] == "ns"
    names, reader = _names(document["traceEvents"]), Trace()
    stacks: dict[int, list[Slice]] = defaultdict(list)
    begun: dict[int, tuple[Slice, str, str]] = {}
    owner: dict[int, int] = {}
    last = 0
    for event in document["traceEvents"]:
        if event["ph"] == "M":
            continue
        time = picoseconds(event["ts"])
        assert time >= last, "events are not in the order of time"
        last = time
        reader.instants.append(time)
        if event["ph"] == "C":
            ((series, value),) = event["args"].items()
            reader.counters[names[event["pid"], 0], f"{event['name']} {series}"].append((time, float(value)))
            continue
        assert owner.setdefault(event["tid"], event["pid"]) == event["pid"], "a track in two processes"
        stack = stacks[event["tid"]]
        if event["ph"] == "B":
            place = names[event["pid"], 0], names[event["pid"], event["tid"]]
            stack.append(Slice(*place, event["name"], time, len(stack), event.get("args", {})))
            reader.slices.append(stack[-1])
        elif event["ph"] == "E":
            stack.pop().end = time
        elif event["ph"] == "s":
            assert event["id"] not in begun, "two flows of one id"
            assert stack[-1].begin == time, "a flow leaves no slice that begins then"
            begun[event["id"]] = stack[-1], event["name"], event["cat"]
        else:
            assert (event["ph"], event["bp"]) == ("f", "e")
            source, *same = begun.pop(event["id"])
            assert same == [event["name"], event["cat"]]
            assert stack[-1].begin == time, "a flow reaches no slice that begins then"
            reader.flows.append((source, stack[-1], event["name"]))
    assert not any(stacks.values()), "a slice without an end"
    assert not begun, "a flow without an end"
    return reader


def picoseconds(time: Any) -> int:
    """Microseconds with six decimals, exactly."""
    assert isinstance(time, Decimal)
    assert time.as_tuple().exponent == -6
    return int(time.scaleb(6))


def _names(events: list[dict[str, Any]]) -> dict[tuple[int, int], str]:
    """(pid, tid) -> name of a track, (pid, 0) -> name of a process; each named once."""
    found: dict[tuple[int, int], str] = {}
    for event in events:
        if event["ph"] == "M" and event["name"] in ("process_name", "thread_name"):
            key = event["pid"], event["tid"] if event["name"] == "thread_name" else 0
            assert key not in found
            assert event["pid"] > 0
            found[key] = event["args"]["name"]
    return found
