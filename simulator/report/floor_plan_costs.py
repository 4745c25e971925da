"""The chip's tiles as they stand, coloured by the energy they take and by how long their arrays wait."""

from collections import defaultdict

import pandas as pd
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from simulator.measure.causes import WORDS
from simulator.report.answer import Answer
from simulator.report.floor_plan import COLOURS, Plan, Shade, panel, shares
from simulator.report.text import fitting, plain
from simulator.report.view import View

COLUMNS = {
    "place": "tile or global digital unit",
    "row": "of the tile, or of the tile that feeds the unit",
    "column": "likewise",
    "layers": "what sits there",
    "full": "share of its cells that hold weights",
    "utilisation": "share of time in which its busiest unit works",
    "energy_pj": "per inference, being on included",
    "wait": "share of time in which its array, or the unit, waits or is held, up to its last operation",
    "longest_wait": "cause of most of it, as in docs/waits.md",
}
"""Column -> definition."""
_NO_WAIT = ("work", "set_up", "idle")


def table(view: View) -> pd.DataFrame:
    """One row per tile and global unit."""
    plan, energy, waits = Plan(view.answer), energies(view.answer), longest_waits(view)
    rows = []
    for name in (*plan.topology.tiles, *plan.topology.globals):
        row, column = plan.topology.tiles[plan.topology.globals.get(name, name)]
        layers = " ".join(dict.fromkeys(cell.layer for cell in plan.cells.get(name, ())))
        share, cause = waits.get(name, (None, ""))
        rows.append(
            (
                name,
                row,
                column,
                layers,
                plan.full.get(name),
                plan.busy.get(name),
                energy.get(name, 0.0),
                share,
                cause,
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def draw(view: View) -> Figure:
    """Two floor plans: energy per inference; share of time in which the array waits, and for what most."""
    plan, answer = Plan(view.answer), view.answer
    figure = Figure(figsize=(10.5, plan.inches), layout="constrained")
    left, right = figure.subplots(1, 2)
    energy = _energy(energies(answer))
    panel(left, plan, energy)
    figure.colorbar(energy.scale, ax=left, shrink=0.8, aspect=30)
    waits = _waits(longest_waits(view))
    panel(right, plan, waits)
    bar = figure.colorbar(waits.scale, ax=right, shrink=0.8, aspect=30)
    bar.ax.yaxis.set_major_formatter("{x:.0%}")
    figure.suptitle(plain(f"{answer.chip_file.chip.name}: {answer.mapping.graph.name}"))
    return figure


def energies(answer: Answer) -> dict[str, float]:
    """Tile or global unit -> energy [pJ] of an inference, being on included."""
    sums: dict[str, float] = defaultdict(float)
    for entry in answer.energy:
        sums[entry.unit.partition(".")[0]] += entry.energy / len(answer.program.schedule)
    topology = answer.mapping.hardware.topology
    return {
        name: energy for name, energy in sums.items() if name in topology.tiles or name in topology.globals
    }


def longest_waits(view: View) -> dict[str, tuple[float, str]]:
    """Tile or global unit -> share of time in which its array or the unit itself waits, and the longest cause.

    Sets of weights that take turns on a tile have its share.
    """
    units = view.waits.units
    units = units[units["part"].isin(("crossbar", "global_digital"))]
    waits = units[[word for word in WORDS if word not in _NO_WAIT]]
    found = {
        name.partition(".")[0]: (int(row.sum()) / max(int(total), 1), str(row.idxmax()).replace("_", " "))
        for name, total, (_, row) in zip(units["unit"], units["total_ps"], waits.iterrows(), strict=True)
    }
    hardware = view.answer.mapping.hardware
    names = (*hardware.topology.tiles, *hardware.topology.globals)
    return {name: found[hardware.site(name)] for name in names if hardware.site(name) in found}


def _energy(sums: dict[str, float]) -> Shade:
    unit, size = fitting(max(sums.values(), default=0.0) / 1e3, "nJ")
    values = {name: energy / 1e3 / size for name, energy in sums.items()}
    texts = {name: f"{value:.3g}" for name, value in values.items()}
    scale = ScalarMappable(Normalize(0, max(values.values(), default=1.0), clip=True), COLOURS)
    return Shade(f"energy per inference [{unit}], being on included", values, texts, scale)


def _waits(found: dict[str, tuple[float, str]]) -> Shade:
    shade = shares(
        "share of time in which its array waits, most of it for",
        {n: share for n, (share, _) in found.items()},
    )
    texts = {
        name: f"{text}\n{found[name][1]}" if text != "0%" else text for name, text in shade.texts.items()
    }
    return Shade(shade.title, shade.values, texts, shade.scale, ", most of it for")
