"""What a chip, a workload or a trace is, in a few lines each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.chip.areas import attention_area
from simulator.chip.reader import ChipFile
from simulator.chip.resolve import mvm_window, resolve
from simulator.chip.schema import Chip
from simulator.chip.tile import Crossbar
from simulator.measure.area import AREAS, areas
from simulator.measure.energy import mvm_energy, not_modelled
from simulator.report.layout import facts, heading, sentence, show, table
from simulator.report.routed import routed
from simulator.report.sources import LABELS, Constant, constants
from simulator.report.text import counted, figure, plain, scaled
from simulator.report.where import matrix_text
from simulator.trace.trace import Trace
from simulator.workload.coverage import Coverage
from simulator.workload.experts import active_macs, routes
from simulator.workload.graph import Graph, Layer
from simulator.workload.reader import Workload

_FILES = ("format", "name", "documents", "placements")
"""What is no constant of the hardware."""
_TRANSPORTS = {
    "host": "by way of the host",
    "links": "over the on-chip links",
    "mesh": "over circuits of a mesh, by way of the scratchpads of compute cores",
    "circuits": "as durations over circuits, or by way of landing pads and host",
}
_WIDE = 120
"""Columns from which the table of sources has room for long values."""
_SHAPES = 3
"""Shapes of a trace that are shown."""


def chip_facts(file: ChipFile) -> dict[str, str]:
    """What a chip is: words -> text."""
    chip, hardware = file.chip, resolve(file.chip)
    cells, window = hardware.rows * hardware.columns, mvm_window(chip)
    between = Counter((_kind(a), _kind(b)) for a, b in hardware.topology.links)
    phases = int(chip.tile.read_modes[chip.tile.read_mode])
    return {
        "technology": f"{chip.technology.node.text}, {chip.technology.device}, {chip.technology.supply.text}",
        "tiles": f"{chip.tiles} ({chip.grid.rows.text} x {chip.grid.columns.text}) of {hardware.rows} x "
        f"{hardware.columns} cells, {int(chip.tile.crossbar.devices_per_weight)} devices a weight"
        + (f", in {hardware.tiers:,} tiers of which one is read at a time" if hardware.tiers > 1 else ""),
        **_arrays(chip.tile.crossbar),
        "weights": f"{hardware.arrays * cells:,}",
        "read mode": f"{chip.tile.read_mode} of {', '.join(chip.tile.read_modes)}",
        "MVM": f"{scaled(float(window) / 1e3, 'ns')} ({phases} phases), {scaled(mvm_energy(chip) / 1e3, 'nJ')} a tile; "
        f"peak {scaled(2e3 * cells * chip.tiles / float(window), 'GOPS')}",
        "local digital unit": _rate(chip),
        "global digital units": str(len(hardware.topology.globals) or "none"),
        "links": f"{_links(between)}; {scaled(int(chip.links.lanes) * float(chip.clocks.digital), 'bit/s')} each"
        if between
        else "none",
        "host": f"{scaled(float(chip.host.bandwidth), 'bit/s')} each way, {scaled(hardware.host.latency / 1e3, 'ns')}; "
        f"windows formed at the {chip.host.im2col}; {_computes(chip)}",
        **_attention(chip),
        "layer to layer": _TRANSPORTS[chip.transport],
        **{f"area, {name}": f"{figure(size)} mm^2 ({AREAS[name]})" for name, size in areas(chip).items()},
        "energy not modelled": ", ".join(not_modelled(chip)),
    }


def _arrays(crossbar: Crossbar) -> dict[str, str]:
    """What a tile is made of, where it is more than one array, read as a whole."""
    if crossbar.lines == int(crossbar.columns) and crossbar.groups == 1:
        return {}
    words = f"{crossbar.row_blocks.text} blocks of rows, {crossbar.slices.text} columns of devices a weight"
    if crossbar.groups > 1 and crossbar.rows_per_read is not None:
        words += f", {crossbar.rows_per_read.text} of {crossbar.height} rows driven at a time"
    return {"arrays": words}


def _computes(chip: Chip) -> str:
    if chip.compute_cores:
        return "compute cores do what tiles cannot"
    compute = chip.host.compute
    return (
        f"computes {compute.text}"
        if compute
        else f"its work is in this latency{'' if chip.attention else ', products of activations are refused'}"
    )


def _attention(chip: Chip) -> dict[str, str]:
    """Units for attention, if there are any."""
    section = chip.attention
    if section is None:
        return {}
    place = "on the die" if chip.die.area == "derived" else "beside the die"
    size = f"{figure(float(attention_area(chip)))} mm^2 {place}"
    units, heads = counted(int(section.units), "unit"), counted(int(section.heads), "head")
    return {"attention": f"{section.style}: {units} of {heads} at a time, {size}"}


def _kind(node: str) -> str:
    return node.partition("[")[0]


def _links(between: Mapping[tuple[str, str], int]) -> str:
    words = {
        ("tile", "tile"): "between tiles",
        ("tile", "global"): "to global units",
        ("global", "tile"): "from global units",
    }
    return ", ".join(f"{between[ends]} {word}" for ends, word in words.items() if between.get(ends))


def _rate(chip: Chip) -> str:
    cycle = 1e9 / float(chip.clocks.digital) * int(chip.tile.local_digital.cycles_per_output)
    lanes = int(chip.tile.local_digital.lanes)
    all_columns = cycle * -(-int(chip.tile.crossbar.columns) // lanes)
    outputs = "an output" if lanes == 1 else f"{lanes} outputs"
    return f"{scaled(cycle, 'ns')} {outputs}, {scaled(all_columns, 'ns')} for all columns of a tile"


def show_chip(file: ChipFile, console: Console) -> None:
    """Facts about a chip."""
    heading(file.chip.name, console)
    facts(chip_facts(file), console)
    count = Counter(row.label for row in _hardware(file.chip))
    kinds = ", ".join(f"{count[label]} {label}" for label in LABELS if count[label])
    sentence(f"Constants: {kinds}. '--sources' lists them all.", console, "dim")


def chip_data(file: ChipFile) -> dict[str, Any]:
    """The same and every constant, as plain data."""
    return {
        "kind": "chip",
        "name": file.chip.name,
        "documents": dict(file.chip.documents),
        "facts": chip_facts(file),
        "constants": [asdict(row) for row in constants(file.chip)],
    }


def show_sources(file: ChipFile, console: Console) -> None:
    """Every constant with its provenance, section by section."""
    heading(file.chip.name, console)
    rows = _hardware(file.chip)
    widths = _widths(rows, console.width)
    for section, group in groupby(_by_section(rows), key=_section):
        console.print(Text(plain(section), style="bold"))
        show(_source_table(list(group), widths), console)
    _legend(file.chip, console)


def _section(row: Constant) -> str:
    return row.field.rpartition(".")[0] or "chip"


def _by_section(rows: Sequence[Constant]) -> list[Constant]:
    """Sections in order of first mention, each in one piece."""
    order = {section: number for number, section in enumerate(dict.fromkeys(map(_section, rows)))}
    return sorted(rows, key=lambda row: order[_section(row)])


def _widths(rows: Sequence[Constant], width: int) -> tuple[int, int, int, int]:
    """Field, value, label; what is left for the source."""
    field = min(28, max(len(row.field.rpartition(".")[2]) for row in rows))
    label = max(map(len, LABELS))
    value = 16 if width < _WIDE else 32
    return field, value, label, max(16, width - field - value - label - 8)


def _source_table(rows: Sequence[Constant], widths: tuple[int, ...]) -> Table:
    made = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    for width in widths:
        made.add_column(width=width, overflow="fold")
    for row in rows:
        cells = (row.field.rpartition(".")[2], f"{row.value} {row.unit}".strip(), row.label, row.source)
        made.add_row(*(Text(plain(cell)) for cell in cells))
    return made


def _hardware(chip: Chip) -> list[Constant]:
    return [row for row in constants(chip) if row.field.partition(".")[0] not in _FILES]


def _legend(chip: Chip, console: Console) -> None:
    heading("Documents", console)
    facts(dict(chip.documents), console)
    heading("Labels", console)
    facts(LABELS, console)


def show_graph(graph: Graph, console: Console) -> None:
    """A network layer by layer."""
    heading(graph.name, console)
    made = table("layer", "kind", "reads", "matrix", "output", "MACs", right=("MACs",))
    for layer in graph.layers:
        cells = (layer.name, layer.kind, _reads(layer), matrix_text(layer), _output(layer))
        made.add_row(*(Text(plain(cell)) for cell in cells), f"{layer.macs:,}" if layer.macs else "")
    show(made, console)
    length = "" if graph.length is None else f" for {graph.length:,} time steps"
    sentence(
        f"{graph.weights:,} weights; {active_macs(graph):,} MACs an inference{length}{_sent(graph)}.", console
    )
    sentence(f"Outputs: {', '.join(graph.outputs)}.", console)


def _sent(graph: Graph) -> str:
    """What is counted of experts."""
    sent = routed(graph)
    return f", a token sent to {sent}; {graph.macs:,} if sent to all, as the rows are" if sent else ""


def show_workload(workload: Workload, console: Console) -> None:
    """A network, and what became of the operators of a model."""
    show_graph(workload.bind(), console)
    if workload.coverage is not None:
        _show_coverage(workload.coverage, console)


def _show_coverage(coverage: Coverage, console: Console) -> None:
    heading("Operators", console)
    numbers = ("nodes", "mapped", "products", "other", "moved")
    made = table("operator", *numbers, right=numbers)
    for row in coverage.rows:
        counts = (row.nodes, row.mapped, row.products, row.operations - 2 * row.products, row.moved)
        made.add_row(Text(plain(row.operator)), *(f"{count:,}" if count else "" for count in counts))
    show(made, console)
    legend = (
        "mapped: MACs with stationary weights; products: MACs of two activations; other: digital operations; "
    )
    sentence(f"{legend}moved: values put into another order.", console, "dim")
    sentence(coverage.line, console)


def workload_data(workload: Workload) -> dict[str, Any]:
    """The same as plain data."""
    data = graph_data(workload.bind())
    if workload.coverage is None:
        return data
    coverage = asdict(workload.coverage)
    return {
        **data,
        "coverage": {**coverage, "mapped": workload.coverage.mapped, "macs": workload.coverage.macs},
    }


def _reads(layer: Layer) -> str:
    return " ".join(f"{s.layer}(-{s.delay})" if s.delay else s.layer for s in layer.inputs)


def _output(layer: Layer) -> str:
    return "x".join(map(str, (*layer.grid, layer.width)))


def graph_data(graph: Graph) -> dict[str, Any]:
    """The same as plain data."""
    layers = [{**asdict(layer), "weights": layer.weights, "macs": layer.macs} for layer in graph.layers]
    whole = {"macs_all_experts": graph.macs} if routes(graph) else {}
    totals = {"weights": graph.weights, "macs": active_macs(graph), **whole, "length": graph.length}
    return {"kind": "workload", "name": graph.name, **totals, "outputs": graph.outputs, "layers": layers}


def show_trace(trace: Trace, console: Console) -> None:
    """What was asked, and the networks behind it."""
    heading(f"Trace of {trace.workload}", console)
    facts(_trace_facts(trace), console)
    for graph in trace.graphs[:_SHAPES]:
        show_graph(graph, console)
    if len(trace.graphs) > _SHAPES:
        sentence(f"... and {len(trace.graphs) - _SHAPES} more shapes.", console)


def _trace_facts(trace: Trace) -> dict[str, str]:
    first, last = trace.requests[0].arrival, trace.requests[-1].arrival
    lengths = [request.length for request in trace.requests if request.length is not None]
    rows = {
        "requests": f"{len(trace.requests):,}, {counted(sum(r.inferences for r in trace.requests), 'inference')}",
        "arrivals": f"from {scaled(first / 1e3, 'ns')} to {scaled(last / 1e3, 'ns')}",
        "shapes": f"{len(trace.graphs):,}",
        "recorded from": trace.digest,
    }
    if trace.generates:
        for name in ("prompt_length", "output_length"):
            sizes = [getattr(request, name) for request in trace.requests]
            rows[name.replace("_", " ")] = f"{min(sizes):,} to {max(sizes):,} tokens, {sum(sizes):,} in all"
    elif lengths:
        rows["time steps"] = f"{min(lengths):,} to {max(lengths):,} a request"
    return rows


def trace_data(trace: Trace) -> dict[str, Any]:
    """The same as plain data."""
    requests = [request._asdict() for request in trace.requests]
    shapes = [graph_data(graph) for graph in trace.graphs]
    return {
        "kind": "trace",
        "workload": trace.workload,
        "digest": trace.digest,
        "requests": requests,
        "shapes": shapes,
    }


def recorded(trace: Trace, path: Path, console: Console) -> None:
    """Says what has been written."""
    rows = _trace_facts(trace)
    heading(f"Trace of {trace.workload}: {path}", console)
    facts(rows, console)
