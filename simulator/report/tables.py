"""Tables of a run as pandas frames. Units stand in the column names, definitions in ``COLUMNS``."""

from collections import defaultdict
from math import fsum
from typing import Any

import numpy as np
import pandas as pd

from simulator.measure.totals import Totals, totals
from simulator.program.form import Int
from simulator.program.history import History
from simulator.report.answer import Answer
from simulator.report.where import WHERE, matrix_text, where
from simulator.workload.graph import Layer

COLUMNS: dict[str, dict[str, str]] = {
    "layers": {
        "layer": "name in the workload",
        "kind": "what it computes",
        "where": "; ".join(f"{word}: {meaning}" for word, meaning in WHERE.items()),
        "matrix": "rows x columns of its weight matrices",
        "weights": "entries of its matrices",
        "pieces": "sub-matrices, one a tile",
        "copies": "how often it is on the chip; each copy takes every copies-th position",
        "column_groups": "chains of tiles of a copy, each with a part of the outputs",
        "tiles": "tiles that hold its pieces",
        "utilisation": "weights / cells of its tiles",
        "positions": "output vectors over the run",
        "macs": "multiply-accumulates over the run, padding not counted",
        "mvms": "matrix-vector multiplications of single tiles over the run",
        "first_start_ns": "first START of its work: transfers, tiles, units, links; empty if operations were not kept",
        "last_done_ns": "last DONE of its work, likewise",
        "dynamic_energy_pj": "energy of its operations over the run",
        "static_energy_pj": "energy of its tiles for being on, over the run",
    },
    "units": {
        "unit": "resource of the chip",
        "part": "what it is",
        "servers": "operations it serves at a time",
        "operations": "served over the run",
        "bytes": "moved by them",
        "values": "results made by them",
        "macs": "multiply-accumulates done by them",
        "work_ns": "sum of their occupancies",
        "held_ns": "time its servers were taken: work, and waits that keep a server",
        "utilisation": "work / (servers x makespan)",
    },
    "energy": {
        "layer": "name in the workload, or what else is on",
        "part": "part of the chip that spends it",
        "kind": "dynamic (per operation) or static (power x time)",
        "energy_pj": "over the run; the column adds up to the total",
        "label": "provenance of the constant behind it: source, derived, calibrated, assumption, given",
    },
}
"""Table -> column -> definition."""


def layers(answer: Answer, history: History | None) -> pd.DataFrame:
    """One row a layer, in the order of the workload."""
    sums = _LayerSums(answer, history)
    rows = [sums.row(layer) for layer in answer.mapping.graph.layers]
    return pd.DataFrame(rows + sums.idle(), columns=list(COLUMNS["layers"]))


def units(answer: Answer) -> pd.DataFrame:
    """One row a resource, in the program's order."""
    program, total = answer.program, totals(answer.program)
    sums = np.zeros((6, len(program.resources)), np.int64)
    per_stream = np.stack(
        [answer.timeline.count, total.bytes, total.values, total.macs, total.work, answer.timeline.held]
    )
    for number, stream in enumerate(program.streams):
        for resource in stream.resources:
            sums[:, resource] += per_stream[:, number]
    makespan = max(answer.timeline.makespan, 1)
    rows = [
        (
            row.name,
            row.part,
            row.capacity,
            *map(int, s[:4]),
            s[4] / 1e3,
            s[5] / 1e3,
            s[4] / (row.capacity * makespan),
        )
        for row, s in zip(program.resources, sums.T, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS["units"]))


def energy(answer: Answer) -> pd.DataFrame:
    """Energy by layer, part, kind and label; adds up to the run's total."""
    groups: dict[tuple[str, str, str, str], list[float]] = defaultdict(list)
    for entry in answer.energy:
        groups[entry.layer, entry.part, entry.kind, entry.label].append(entry.energy)
    rows = [(layer, part, kind, fsum(values), label) for (layer, part, kind, label), values in groups.items()]
    return pd.DataFrame(rows, columns=list(COLUMNS["energy"]))


class _LayerSums:
    """Sums over streams and energy entries, by layer."""

    def __init__(self, answer: Answer, history: History | None):
        self._answer, self._history = answer, history
        self._where = where(answer.mapping)
        self._streams: dict[str, list[int]] = defaultdict(list)
        for number, stream in enumerate(answer.program.streams):
            self._streams[stream.layer].append(number)
        self._totals: Totals = totals(answer.program)
        self._energy: dict[tuple[str, str], list[float]] = defaultdict(list)
        for entry in answer.energy:
            self._energy[entry.layer, entry.kind].append(entry.energy)
        self._positions = _positions(answer)

    def row(self, layer: Layer) -> dict[str, Any]:
        """Columns of one layer."""
        placed = self._answer.mapping.of(layer.name)
        copies, streams = (placed[0].chain.copies if placed else 0), self._streams[layer.name]
        first, last = self._span(streams)
        return {
            "layer": layer.name,
            "kind": layer.kind,
            "where": self._where[layer.name],
            "matrix": matrix_text(layer),
            "weights": layer.weights,
            "pieces": sum(len(item.chain.pieces) for item in placed),
            "copies": copies,
            "column_groups": len(placed) // max(copies, 1),
            "tiles": len({tile for item in placed for tile in item.tiles}),
            "utilisation": self._answer.mapping.utilisation(layer.name) if placed else None,
            "positions": self._positions[layer.name],
            "macs": self._sum(self._totals.macs, streams),
            "mvms": self._sum(self._totals.operations, self._of_part(streams, "crossbar")),
            "first_start_ns": first,
            "last_done_ns": last,
            "dynamic_energy_pj": fsum(self._energy[layer.name, "dynamic"]),
            "static_energy_pj": fsum(self._energy[layer.name, "static"]),
        }

    def idle(self) -> list[dict[str, Any]]:
        """A row for the energy of tiles that are on and hold no layer, so that the column adds up."""
        known = {layer.name for layer in self._answer.mapping.graph.layers}
        others = dict.fromkeys(name for name, _ in self._energy if name not in known)
        texts = dict.fromkeys(("kind", "where", "matrix"), "")
        counts = ("weights", "pieces", "copies", "column_groups", "tiles", "positions", "macs", "mvms")
        return [
            {
                "layer": name,
                **texts,
                **dict.fromkeys(counts, 0),
                "dynamic_energy_pj": fsum(self._energy[name, "dynamic"]),
                "static_energy_pj": fsum(self._energy[name, "static"]),
            }
            for name in others
        ]

    def _of_part(self, streams: list[int], part: str) -> list[int]:
        return [s for s in streams if self._answer.program.streams[s].part == part]

    def _span(self, streams: list[int]) -> tuple[float | None, float | None]:
        """First START and last DONE [ns] of streams that take time somewhere."""
        timed = [s for s in streams if self._answer.program.streams[s].resources]
        past = self._history
        rows = [rows for s in timed if past and (rows := past.rows(s)).stop > rows.start]
        if past is None or not rows:
            return None, None
        first = min(int(past.start[row].min()) for row in rows)
        return first / 1e3, max(int(past.done[row].max()) for row in rows) / 1e3

    @staticmethod
    def _sum(values: Int, streams: list[int]) -> int:
        return int(values[streams].sum())


def _positions(answer: Answer) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for inference in answer.program.schedule:
        for layer in answer.trace.graphs[inference.segment].layers:
            sums[layer.name] += layer.positions
    return sums
