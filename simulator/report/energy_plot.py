"""Energy by layer and part."""

from collections import defaultdict
from math import fsum
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from simulator.report.answer import Answer
from simulator.report.boxes import boxes
from simulator.report.names import PART_NAMES
from simulator.report.text import fitting, percent, plain

_COLOURS = (
    *("#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7"),
    *("#F0E442", "#0072B2", "#882255", "#999999", "#555555"),
)
"""Okabe and Ito's, which all kinds of colour vision tell apart, wine red and greys; one a part of ``PART_NAMES``."""
_HATCHES = ("//", "..", "\\\\", "xx", "oo", "++", "", "||", "", "--")
_HEIGHT = 0.8
"""Of a bar, rows being 1 apart."""
_MOST = 30
"""Layers drawn, the first by energy; the others share one bar."""


def draw(answer: Answer) -> Figure:
    """A bar per layer, stacked by part, and one bar per part with its share of the whole."""
    energies = _energies(answer)
    parts = list(dict.fromkeys(part for _, part in energies))
    layers = _layers(energies)
    total = fsum(energies.values())
    unit, size = fitting(total / 1e3, "nJ")
    scaled = {key: energy / 1e3 / size for key, energy in energies.items()}
    figure = Figure(figsize=(10.5, max(3.4, 1.6 + 0.26 * len(layers))), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[2, 1])
    _by_layer(left, scaled, layers, parts, unit)
    _by_part(right, scaled, parts, unit)
    figure.legend(loc="outside lower center", ncols=min(len(parts), 5), fontsize=8, frameon=False)
    inferences = len(answer.program.schedule)
    title = f"{answer.chip_file.chip.name}: {answer.mapping.graph.name}, energy per inference ({inferences} of them)"
    figure.suptitle(plain(title))
    return figure


def _energies(answer: Answer) -> dict[tuple[str, str], float]:
    """Layer and part -> energy [pJ] of an inference."""
    groups: dict[tuple[str, str], list[float]] = defaultdict(list)
    for entry in answer.energy:
        groups[entry.layer, entry.part].append(entry.energy)
    return {key: fsum(values) / len(answer.program.schedule) for key, values in groups.items()}


def _layers(energies: dict[tuple[str, str], float]) -> list[list[str]]:
    """Layers of each bar, in the order of the network; what would not fit shares the last bar."""
    sums: dict[str, float] = defaultdict(float)
    for (layer, _), energy in energies.items():
        sums[layer] += energy
    kept = set(sorted(sums, key=lambda name: -sums[name])[:_MOST])
    rest = [name for name in sums if name not in kept]
    return [[name] for name in sums if name in kept] + ([rest] if rest else [])


def _by_layer(
    axes: Axes, energies: dict[tuple[str, str], float], layers: list[list[str]], parts: list[str], unit: str
) -> None:
    begin = np.zeros(len(layers))
    rows = np.arange(len(layers))
    for part in parts:
        end = begin + [fsum(energies.get((name, part), 0.0) for name in names) for names in layers]
        corners = boxes(begin, end, rows - _HEIGHT / 2, rows + _HEIGHT / 2)
        axes.add_collection(PolyCollection(corners, label=PART_NAMES[part], **look(part)))
        begin = end
    axes.set_xlim(0, 1.05 * begin.max(initial=0.0) or 1.0)
    axes.set_ylim(-0.6, len(layers) - 0.4)
    texts = [plain(names[0]) if len(names) == 1 else f"{len(names)} others" for names in layers]
    axes.set_yticks(rows, texts)
    axes.invert_yaxis()
    axes.set_xlabel(f"energy [{unit}]")
    axes.set_title("by layer", fontsize=10)
    _tidy(axes)


def _by_part(axes: Axes, energies: dict[tuple[str, str], float], parts: list[str], unit: str) -> None:
    sums = [fsum(energy for (_, other), energy in energies.items() if other == part) for part in parts]
    total = fsum(sums)
    for number, (part, value) in enumerate(zip(parts, sums, strict=True)):
        axes.barh(number, value, **look(part))
        axes.annotate(
            f" {percent(value / total)}", (value, number), va="center", fontsize=8, annotation_clip=False
        )
    axes.set_yticks(range(len(parts)), [PART_NAMES[part] for part in parts])
    axes.invert_yaxis()
    axes.margins(x=0.18)
    axes.set_xlabel(f"energy [{unit}]")
    axes.set_title("by part", fontsize=10)
    _tidy(axes)


def look(part: str) -> dict[str, Any]:
    """Colour and hatch of a part, the same in every plot; a second round of colours has other hatches."""
    turn, index = divmod(list(PART_NAMES).index(part), len(_COLOURS))
    hatch = _HATCHES[(index + 3 * turn) % len(_HATCHES)]
    return {"facecolor": _COLOURS[index], "hatch": hatch, "edgecolor": "white", "linewidth": 0.4}


def _tidy(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
