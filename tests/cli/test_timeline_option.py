"""``run --timeline FILE --window FROM..TO``."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

Call = Callable[..., Any]


def test_a_timeline_is_written_where_asked(call: Call, chip: Path, network: Path) -> None:
    done = call(
        "run", chip, "-w", network, "--no-plots", "--timeline", "t.json", "--window", "0..5us", "--out", "r"
    )
    assert (done.exit_code, done.stderr) == (0, "")
    document = json.loads(Path("t.json").read_text())
    assert document["otherData"]["title"] == "small on IBM HERMES 64-core chip"
    kinds = {event["ph"] for event in document["traceEvents"]}
    assert kinds == {"M", "B", "E", "s", "f", "C"}
    assert max(event["ts"] for event in document["traceEvents"] if event["ph"] == "B") < 5


def test_wrong_requests_leave_nothing(call: Call, chip: Path, network: Path) -> None:
    for options, rule in (
        (("--window", "0..5us"), "--window: says what --timeline FILE shows"),
        (("--timeline", "t.txt"), "--timeline: must end in .json or .json.gz"),
        (("--timeline", "t.json", "--window", "5us..1us"), "--window: must begin at 0 or later"),
        (("--timeline", network / "t.json"), "is in no folder that exists"),
    ):
        refused = call("run", chip, "-w", network, *options)
        assert refused.exit_code == 2
        assert rule in refused.stderr
    assert os.listdir() == [network.name]
