"""A run in one plain mapping: what ``--json`` prints and ``summary.json`` holds. The same input gives the same text."""

import json
import platform
from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import version
from math import fsum
from pathlib import PurePath
from typing import Any

import simulator
from simulator.measure.bounds import PARTS, Bound
from simulator.measure.energy import Entry, not_modelled
from simulator.measure.tiers import conflicts
from simulator.measure.totals import totals
from simulator.report import against
from simulator.report.answer import Answer, macs_in_model
from simulator.report.attention import attention_data
from simulator.report.network_accuracy import data as accuracy_data
from simulator.report.times_table import times_data
from simulator.trace.records import body

FORMAT = 1
_LIBRARIES = ("numpy", "pandas", "pyarrow", "simpy", "matplotlib")


def summary(answer: Answer) -> dict[str, Any]:
    """Everything a script may want of a run: figures with unit and definition, what they rest on, what made them."""
    chip, trace, mapping = answer.chip_file, answer.trace, answer.mapping
    return {
        "format": FORMAT,
        "versions": versions(),
        "chip": {"name": chip.chip.name, "sha256": digest(_without_files(chip.data))},
        "workload": {
            "name": trace.workload,
            "digest": trace.digest,
            "inferences": len(answer.program.schedule),
        },
        "trace": {"requests": len(trace.requests), "sha256": digest(list(body(trace)))},
        "mapping": {
            "placement": PurePath(mapping.how).name,
            "sha256": digest(places(answer)),
            "tiles_used": len(mapping.tiles),
            "macs_mapped": int(totals(answer.program).macs.sum()),
            "macs_in_model": macs_in_model(answer),
        },
        "engine": answer.timeline.engine,
        "operations": answer.timeline.operations,
        "skipped": {"period_inferences": answer.timeline.period, "inferences": answer.timeline.skipped},
        "detail_inferences": len(answer.closer.program.schedule),
        "ideal": list(answer.ideal),
        "metrics": {
            m.name: {"value": m.value, "unit": m.unit, "definition": m.definition, "group": m.group}
            for m in answer.metrics
        },
        "times": times_data(answer.times),
        "limiter": answer.limiter,
        **_crossover(answer.host_crossover),
        "lower_bounds_ns": [_bound(bound) for bound in answer.bounds],
        **_tiers(answer.closer),
        **accuracy_data(answer.accuracy),
        **against.data(answer),
        **attention_data(mapping.hardware),
        "energy_pj": {
            "by_part": grouped(answer.energy, lambda entry: entry.part),
            "by_layer": grouped(answer.energy, lambda entry: entry.layer),
            "by_provenance": grouped(answer.energy, lambda entry: entry.label),
            "not_modelled": list(not_modelled(chip.chip)),
        },
    }


def as_json(data: Any) -> str:
    """JSON with a stable layout; refuses what is no number."""
    return json.dumps(data, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def digest(data: Any) -> str:
    """SHA-256 of plain data, whatever the order of its keys."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=True, default=str)
    return sha256(text.encode()).hexdigest()


def places(answer: Answer) -> dict[str, list[list[str]]]:
    """Layer -> column groups -> tiles, as placed."""
    found: dict[str, list[list[str]]] = {}
    for item in answer.mapping.own:
        found.setdefault(item.chain.layer, []).append(list(item.tiles))
    return found


def grouped(entries: Iterable[Entry], key: Any) -> dict[str, float]:
    """Energy [pJ] by a key of its entries, in order of first mention."""
    groups: dict[str, list[float]] = {}
    for entry in entries:
        groups.setdefault(key(entry), []).append(entry.energy)
    return {name: fsum(values) for name, values in groups.items()}


def versions() -> dict[str, str]:
    """What made the result."""
    libraries = {name: version(name) for name in _LIBRARIES}
    return {"simulator": simulator.__version__, "python": platform.python_version(), **libraries}


def _without_files(data: Any) -> dict[str, Any]:
    """Chip data without what only says where other files are."""
    return {key: value for key, value in data.items() if key != "placements"}


def _tiers(seen: Answer) -> dict[str, Any]:
    """Tier conflicts where tiles have tiers and every operation is known: of ``detail_inferences``."""
    if seen.mapping.hardware.tiers == 1 or seen.history is None:
        return {}
    found = conflicts(seen.program, seen.history)
    definition = "MVMs that found another tier of their tile being read, of the inferences kept in detail"
    return {
        "tier_conflicts": {
            "mvms": found.mvms,
            "waited": found.count,
            "waited_ns": found.waited / 1e3,
            "worst_tile": found.worst,
            "definition": definition,
        }
    }


def _bound(bound: Bound) -> dict[str, Any]:
    return {
        "part": bound.part,
        "name": PARTS[bound.part],
        "unit": bound.resource,
        "interval": bound.interval / 1e3,
    }


def _crossover(bandwidth: float | None) -> dict[str, Any]:
    if bandwidth is None:
        return {}
    definition = "host bandwidth each way at which host and chip limit alike"
    return {"host_crossover": {"value": bandwidth, "unit": "bit/s", "definition": definition}}
