"""What a run is made of: chip, network, requests, mapping."""

from dataclasses import asdict, dataclass, field
from pathlib import Path

import pandas as pd

from simulator.base.errors import InputError
from simulator.chip.reader import ChipFile
from simulator.mapping.plan import Mapping as Plan
from simulator.report import notebook
from simulator.report.describe import chip_facts
from simulator.report.sources import constants
from simulator.report.where import matrix_text
from simulator.study.asked import Asked
from simulator.study.network_accuracy import Held
from simulator.trace import file as trace_file
from simulator.trace import trace as requests
from simulator.workload import reader as networks

PathLike = str | Path


@dataclass(frozen=True)
class Chip:
    """A validated chip file."""

    file: ChipFile

    @property
    def name(self) -> str:
        """Name of the chip."""
        return self.file.chip.name

    @property
    def constants(self) -> pd.DataFrame:
        """Every constant: field, value, unit, label of its provenance, source."""
        return pd.DataFrame([asdict(row) for row in constants(self.file.chip)])

    def _repr_html_(self) -> str:
        return notebook.page(self.name, notebook.facts(chip_facts(self.file)))


@dataclass(frozen=True)
class Workload:
    """A validated network."""

    file: networks.Workload

    @property
    def name(self) -> str:
        """Name of the network."""
        return self.file.name

    @property
    def coverage(self) -> pd.DataFrame | None:
        """Of an imported model: one row per kind of operator, with MACs mapped, of activations, other operations."""
        found = self.file.coverage
        return None if found is None else pd.DataFrame([asdict(row) for row in found.rows])

    def layers(self, length: int | None = None) -> pd.DataFrame:
        """One row per layer for a request of ``length`` time steps, by default the file's own."""
        rows = [
            (
                layer.name,
                layer.kind,
                " ".join(source.layer for source in layer.inputs),
                matrix_text(layer),
                "x".join(map(str, (*layer.grid, layer.width))),
                layer.weights,
                layer.macs,
            )
            for layer in self.file.bind(length).layers
        ]
        return pd.DataFrame(rows, columns=["layer", "kind", "reads", "matrix", "output", "weights", "macs"])

    def _repr_html_(self) -> str:
        return notebook.page(self.name, notebook.table(self.layers()))


@dataclass(frozen=True)
class Trace:
    """What is asked of the machine: requests with arrival times, every shape a number.

    ``held``: weights of the model from which it was recorded.
    """

    trace: requests.Trace
    held: Held = field(default_factory=dict)

    @property
    def requests(self) -> pd.DataFrame:
        """One row per request: arrival [ns], number of its shape, time steps, inferences that arrive together."""
        rows = [(r.arrival / 1e3, r.graph, r.length, r.batch) for r in self.trace.requests]
        return pd.DataFrame(rows, columns=["arrival_ns", "shape", "length", "batch"])

    def write(self, path: PathLike) -> None:
        """Write a file that ``read_trace`` and ``simulator run --trace`` take. Raises InputError if it exists."""
        if Path(path).exists() or Path(path).is_symlink():
            raise InputError(
                "exists; nothing is overwritten", place=str(path), field="path", remedy="Give another name"
            )
        trace_file.write(self.trace, path)

    def _repr_html_(self) -> str:
        return notebook.page(f"Requests to {self.trace.workload}", notebook.table(self.requests))


@dataclass(frozen=True)
class Mapping:
    """A network on a chip, and what was asked for."""

    plan: Plan
    asked: Asked

    @property
    def pieces(self) -> pd.DataFrame:
        """One row per piece: tile, layer, copy, column group, stage of its chain, weights, share of cells."""
        cells = self.plan.hardware.rows * self.plan.hardware.columns
        rows = [
            (tile, chain.layer, chain.copy, chain.group, stage, piece.macs, piece.macs / cells)
            for chain, tiles in ((placed.chain, placed.tiles) for placed in self.plan.own)
            for stage, (tile, piece) in enumerate(zip(tiles, chain.pieces, strict=True))
        ]
        names = ["tile", "layer", "copy", "column_group", "stage", "weights", "full"]
        return pd.DataFrame(rows, columns=names)

    def _repr_html_(self) -> str:
        used, there = len(self.plan.tiles), len(self.plan.hardware.topology.tiles)
        told = f"{used} of {there} tiles, {self.plan.utilisation():.1%} full. Placement: {self.plan.how}"
        title = f"{self.plan.graph.name} on {self.plan.hardware.name}"
        return notebook.page(title, notebook.sentence(told), notebook.table(self.pieces))
