"""A mapping for people and for scripts."""

from collections import Counter
from typing import Any

from rich.console import Console
from rich.text import Text

from simulator.chip.resolve import Hardware
from simulator.mapping.plan import Mapping
from simulator.measure.bounds import PARTS
from simulator.report.grid import picture
from simulator.report.layout import heading, sentence, show, table
from simulator.report.mapped_layers import WHY, LayerRow, MappedLayers
from simulator.report.overview import is_large, overview
from simulator.report.resolved import coordinates
from simulator.report.routed import routed
from simulator.report.text import percent, plain, scaled
from simulator.report.where import where
from simulator.workload.experts import active, active_macs, routes
from simulator.workload.graph import Layer


def macs_mapped(plan: Mapping) -> int:
    """Multiply-accumulates of an inference that tiles perform, tokens sent to as many experts as are chosen."""
    found: Counter[str] = Counter()
    for item in plan.chains:
        layer = plan.graph[item.chain.layer]
        found[layer.name] += item.chain.positions(layer.positions) * sum(p.macs for p in item.chain.pieces)
    return active(plan.graph, found)


def coverage(mapped: int, model: int, hardware: Hardware, inferences: int = 1) -> str:
    """MACs mapped against MACs in the model, both of so many inferences, and who does the others."""
    where = "the host" if hardware.cores is None else "heavy compute cores"
    where = where if hardware.attention is None else f"{hardware.attention.style} attention units"
    rest = "" if mapped == model else f" The others multiply activations with each other, at {where}."
    spent = "an inference" if inferences == 1 else f"{inferences:,} inferences"
    return f"MACs mapped: {mapped:,} of {model:,} of {spent} ({percent(mapped / model)}).{rest}"


def show_mapping(plan: Mapping, console: Console) -> None:
    """The grid, the layers, how much of the chip they take, and what the interval cannot be shorter than."""
    heading(f"{plan.graph.name} on {plan.hardware.name}", console)
    sentence(f"Placement: {plan.how}", console)
    large = is_large(plan)
    console.print(overview(plan, console) if large else picture(plan, console))
    layers = MappedLayers(plan)
    _layers(layers, console, where=large)
    _elsewhere(plan, console)
    tiles, used = len(plan.hardware.topology.tiles), len(plan.tiles)
    tiers, arrays = plan.held if plan.hardware.tiers > 1 else (used, tiles)
    in_tiers = f"{tiers:,} of {arrays:,} tiers on " if plan.hardware.tiers > 1 else ""
    sentence(
        f"{in_tiers}{used} of {tiles} tiles hold the {plan.graph.weights:,} weights{_copied(plan)}; their cells are "
        f"{percent(plan.utilisation())} full ({percent(plan.utilisation() * tiers / arrays)} of the chip)"
        f"{_wasted(plan)}.",
        console,
    )
    _interval(layers, console)
    model = active_macs(plan.graph) + plan.graph.products
    sentence(coverage(macs_mapped(plan), model, plan.hardware) + _sent(plan), console)


def _sent(plan: Mapping) -> str:
    """What is counted of experts."""
    sent, whole = routed(plan.graph), plan.graph.macs
    return f" A token is sent to {sent}; rows and interval are as if to all, {whole:,} MACs." if sent else ""


def _copied(plan: Mapping) -> str:
    return "" if plan.weights == plan.graph.weights else f", {plan.weights:,} with copies"


def _wasted(plan: Mapping) -> str:
    """Cells that blocks leave at zero."""
    if not plan.zeros():
        return ""
    cells = len(plan.tiles) * plan.hardware.rows * plan.hardware.columns
    return f", {percent(plan.zeros() / cells)} are the zeros beside the blocks of block-diagonal matrices"


def _interval(layers: MappedLayers, console: Console) -> None:
    first, *rest = layers.bounds
    least = scaled(first.interval / 1e3, "ns")
    others = "".join(f", {PARTS[bound.part]} {scaled(bound.interval / 1e3, 'ns')}" for bound in rest[:2])
    idle = len(layers.plan.hardware.topology.tiles) - len(layers.plan.tiles)
    sentence(f"Interval: at least {least} ({PARTS[first.part]}, {first.resource}){others}.", console)
    if (
        first.part in ("crossbar", "adc", "local_digital")
        and idle
        and layers.plan.hardware.tiers == 1
        and layers.plan.how.startswith("automatic")
    ):
        sentence(f"{idle} tiles are free: --mapping balanced copies slow layers to them.", console)


_NUMBERS = ("chip", "set", "cut", "tiles", "tiers", "copies", "full", "zeros", "rounds", "share")
_EXPLAINED = (
    "Cut: pieces along the chain of partial sums x column groups. Rounds: positions a copy computes. Share: of the "
    "interval's lower bound, that a copy's tiles work."
)
_NAME = (24, 14)
"""Most characters of a layer's name in the table, and in one with less space."""
_WIDE = 100
"""Console columns from which matrices are shown beside everything else."""


def _layers(layers: MappedLayers, console: Console, where: bool) -> None:
    """One line a layer; on narrow consoles those of large networks have less on it."""
    wide = console.width >= _WIDE
    close = len(layers.rows) > _FEW and not wide
    hardware = layers.plan.hardware
    shown = {
        "layer": [_short(row.layer.name, _NAME[close]) for row in layers.rows],
        "set" if hardware.reload else "chip": [f"{row.chip}" for row in layers.rows if hardware.chips > 1],
        "matrix": []
        if close or (hardware.chips > 1 and not wide)
        else [_matrices(row.layer) for row in layers.rows],
        "cut": [row.cut.replace(" ", "") if close else row.cut for row in layers.rows],
        "from": [coordinates(row.first) for row in layers.rows] if where and wide else [],
        "tiers" if hardware.tiers > 1 else "tiles": [f"{row.tiles}" for row in layers.rows],
        "copies": [f"{row.copies}" for row in layers.rows] if any(r.copies > 1 for r in layers.rows) else [],
        "full": [percent(row.full) for row in layers.rows],
        "zeros": [percent(row.zeros) for row in layers.rows] if any(r.zeros for r in layers.rows) else [],
        "rounds": [f"{row.rounds:,}" for row in layers.rows],
        "share": [percent(row.share) for row in layers.rows],
        "why": [("" if close else ", ").join(w[0] if close else w for w in row.why) for row in layers.rows],
    }
    used = {name: texts for name, texts in shown.items() if any(texts)}
    made = table(*used, right=[name for name in used if name in _NUMBERS])
    made.columns[0].no_wrap = True
    for cells in zip(*used.values(), strict=True):
        made.add_row(*map(Text, cells))
    show(made, console)
    _explain(layers, console, close)


def _explain(layers: MappedLayers, console: Console, close: bool) -> None:
    """The columns, and those of the reasons that are there."""
    found = {reason for row in layers.rows for reason in row.why}
    reasons = [f"{w[0] if close else w} - {means}" for w, means in WHY.items() if w in found]
    sentence(f"{_EXPLAINED} Why: {'; '.join(reasons)}.", console, "dim")


def _short(name: str, most: int) -> str:
    """The end of a long name: it tells more than its beginning."""
    safe = plain(name)
    return safe if len(safe) <= most else f"~{safe[1 - most :]}"


def _matrices(layer: Layer) -> str:
    return " + ".join(f"{matrix.rows} x {matrix.columns}" for matrix in layer.matrices)


_FEW = 12
"""Layers that are told one by one where they are computed, and whose matrices are shown on narrow consoles."""


def _elsewhere(plan: Mapping, console: Console) -> None:
    """Layers that are not on tiles; of many, how many and the first."""
    others = {name: place for name, place in where(plan).items() if place != "tiles"}
    if len(others) <= _FEW:
        told = [f"{name} {place}" for name, place in others.items()]
    else:
        places = Counter("in the layer before" if p.startswith("in ") else p for p in others.values())
        first = {place: name for name, place in reversed(others.items())}
        told = [f"{count} {place}" for place, count in places.items()]
        told += [f"first {name} {place}" for place, name in first.items() if place == "host"]
    sentence(f"Elsewhere: {', '.join(told)}.", console, "dim")


def as_data(plan: Mapping) -> dict[str, Any]:
    """The mapping as plain data; times in ns."""
    places, mapped = where(plan), MappedLayers(plan)
    rows = {row.layer.name: row for row in mapped.rows}
    layers = [
        {
            "layer": layer.name,
            "kind": layer.kind,
            "where": places[layer.name],
            "weights": layer.weights,
            "utilisation": plan.utilisation(layer.name) if layer.matrices else None,
            **(_row(rows[layer.name]) if layer.matrices else {}),
            "column_groups": [_group(item) for item in plan.of(layer.name)],
        }
        for layer in plan.graph.layers
    ]
    return {
        "chip": plan.hardware.name,
        "chips": plan.hardware.chips,
        "workload": plan.graph.name,
        "placement": plan.how,
        "tiles_used": len(plan.tiles),
        "tiles": len(plan.hardware.topology.tiles),
        **({"tiers_used": plan.held[0], "tiers": plan.held[1]} if plan.hardware.tiers > 1 else {}),
        "utilisation": plan.utilisation(),
        "zeros": plan.zeros(),
        "macs_mapped": macs_mapped(plan),
        "macs_in_model": active_macs(plan.graph) + plan.graph.products,
        **({"macs_all_experts": plan.graph.macs} if routes(plan.graph) else {}),
        "interval_bounds": [
            {"part": bound.part, "resource": bound.resource, "ns": bound.interval / 1e3}
            for bound in mapped.bounds
        ],
        "layers": layers,
    }


def _row(row: LayerRow) -> dict[str, Any]:
    return {
        "chip": row.chip,
        "tiles": row.tiles,
        "copies": row.copies,
        "zeros": row.zeros,
        "rounds": row.rounds,
        "least_ns": row.time / 1e3,
        "share": row.share,
        "why": list(row.why),
    }


def _group(item: Any) -> dict[str, Any]:
    pieces = [
        {"tile": tile, "matrix": piece.name, "rows": list(piece.rows), "columns": list(piece.columns)}
        for tile, piece in zip(item.tiles, item.chain.pieces, strict=True)
    ]
    return {"copy": item.chain.copy, "pieces": pieces, "global_unit": item.unit}
