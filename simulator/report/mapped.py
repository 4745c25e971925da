"""A mapping for people and for scripts."""

from typing import Any

from rich.console import Console
from rich.text import Text

from simulator.mapping.plan import Mapping
from simulator.report.grid import picture
from simulator.report.layout import heading, sentence, show, table
from simulator.report.text import percent, plain
from simulator.report.where import where


def macs_mapped(plan: Mapping) -> int:
    """Multiply-accumulates of an inference that tiles perform."""
    return sum(
        piece.macs * item.chain.positions(plan.graph[item.chain.layer].positions)
        for item in plan.chains
        for piece in item.chain.pieces
    )


def coverage(mapped: int, model: int) -> str:
    """MACs mapped against MACs in the model."""
    return f"MACs mapped: {mapped:,} of {model:,} in the model ({percent(mapped / model)})."


def show_mapping(plan: Mapping, console: Console) -> None:
    """The grid, the layers and how much of the chip they take."""
    heading(f"{plan.graph.name} on {plan.hardware.name}", console)
    sentence(f"Placement: {plan.how}", console)
    console.print(picture(plan, console))
    _layers(plan, console)
    tiles, used = len(plan.hardware.topology.tiles), len(plan.tiles)
    sentence(
        f"{used} of {tiles} tiles hold the {plan.graph.weights:,} weights{_copied(plan)}; their cells are "
        f"{percent(plan.utilisation())} full ({percent(plan.utilisation() * used / tiles)} of the chip).",
        console,
    )
    sentence(coverage(macs_mapped(plan), plan.graph.macs), console)


def _copied(plan: Mapping) -> str:
    return "" if plan.weights == plan.graph.weights else f", {plan.weights:,} with copies"


def _layers(plan: Mapping, console: Console) -> None:
    numbers = ("copies", "cut", "tiles", "weights", "full")
    made = table("layer", "matrix", *numbers, right=numbers)
    for layer in plan.graph.mapped:
        placed = plan.of(layer.name)
        copies = placed[0].chain.copies
        tiles = len({tile for item in placed for tile in item.tiles})
        matrices = " + ".join(f"{matrix.rows} x {matrix.columns}" for matrix in layer.matrices)
        cut = f"{len(placed[0].chain.pieces)} x {len(placed) // copies}"
        full = percent(plan.utilisation(layer.name))
        cells = (str(copies), cut, str(tiles), f"{layer.weights:,}", full)
        made.add_row(Text(plain(layer.name)), matrices, *cells)
    show(made, console)
    sentence("Cut: pieces along the chain of partial sums x column groups.", console, "dim")
    others = [f"{name} {place}" for name, place in where(plan).items() if place != "tiles"]
    sentence(f"Elsewhere: {', '.join(others)}.", console, "dim")


def as_data(plan: Mapping) -> dict[str, Any]:
    """The mapping as plain data."""
    places = where(plan)
    layers = [
        {
            "layer": layer.name,
            "kind": layer.kind,
            "where": places[layer.name],
            "weights": layer.weights,
            "utilisation": plan.utilisation(layer.name) if layer.matrices else None,
            "column_groups": [_group(item) for item in plan.of(layer.name)],
        }
        for layer in plan.graph.layers
    ]
    return {
        "chip": plan.hardware.name,
        "workload": plan.graph.name,
        "placement": plan.how,
        "tiles_used": len(plan.tiles),
        "tiles": len(plan.hardware.topology.tiles),
        "utilisation": plan.utilisation(),
        "macs_mapped": macs_mapped(plan),
        "macs_in_model": plan.graph.macs,
        "layers": layers,
    }


def _group(item: Any) -> dict[str, Any]:
    pieces = [
        {"tile": tile, "matrix": piece.name, "rows": list(piece.rows), "columns": list(piece.columns)}
        for tile, piece in zip(item.tiles, item.chain.pieces, strict=True)
    ]
    return {"copy": item.chain.copy, "pieces": pieces, "global_unit": item.unit}
