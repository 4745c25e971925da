"""What a chip cannot hold or do: refusals before anything is placed, and the check of every placement."""

from collections.abc import Iterator, Mapping, Sequence

from simulator.base.errors import InputError
from simulator.chip.attention.section import STYLES
from simulator.chip.resolve import Hardware
from simulator.chip.topology import tier_of, tile_of
from simulator.mapping.pack import room
from simulator.mapping.placed import PlacedChain
from simulator.mapping.split import Chain
from simulator.workload.attention import blocks, products
from simulator.workload.graph import Graph, Layer

_MOST_TILES = 200_000
"""Tiles that a network may ask for, where the chip has far fewer, before its pieces are not even counted one by one."""


def check_size(graph: Graph, hardware: Hardware) -> None:
    """InputError at once where a network is beyond any sharing of tiles: its pieces alone would fill the memory."""
    there = len(hardware.topology.tiles)
    needed = -(-graph.weights // (hardware.rows * hardware.columns))
    if needed > max(_MOST_TILES, 64 * there):
        raise InputError(
            f"needs {needed} tiles of {hardware.rows} x {hardware.columns} at least; {hardware.name} has {there}",
            place=graph.name,
            field="mapping",
            remedy="Try larger crossbars or a smaller network",
        )


def check_network(graph: Graph, hardware: Hardware, single: Mapping[str, Sequence[Chain]]) -> None:
    """InputError unless the chip has what every layer needs; ``single``: column groups of one copy."""
    if not single:
        raise InputError("has no layer with weights to map", place=graph.name, field="layers")
    _multiplies(graph, hardware)
    for layer in graph.mapped:
        _has_bits(layer, graph, hardware)
        if not layer.tied:
            _fits_unit(layer, single[layer.name][0], hardware)


def _has_bits(layer: Layer, graph: Graph, hardware: Hardware) -> None:
    """InputError for bits that modulators or converters of the tile do not have."""
    most = {"magnitude_bits": hardware.magnitude_bits, "output_bits": hardware.output_bits}
    for name, there in most.items():
        asked = layer.asked(name)
        if asked is not None and asked > there:
            part, field = (
                ("input modulators", "input.") if name == "magnitude_bits" else ("converters", "adc.")
            )
            raise InputError(
                f"the {part} of {hardware.name} have at most {there} bits",
                place=graph.name,
                field=f"{layer.name}.{name}",
                value=asked,
                remedy=f"Ask for fewer, or set tile.{field}{'magnitude_bits' if 'input' in field else 'bits'}",
            )
    if hardware.mvms and hardware.bits(layer) not in hardware.mvms:
        rule = f"the converters of {hardware.name} have no time for so few bits"
        raise InputError(
            rule, place=graph.name, field=f"{layer.name}.output_bits", value=layer.asked("output_bits")
        )


def _multiplies(graph: Graph, hardware: Hardware) -> None:
    """InputError if activations are multiplied with each other and nobody can."""
    asked = [layer for layer in graph.layers if layer.products]
    if asked and hardware.attention is not None:
        _in_blocks(graph, hardware)
    elif asked and hardware.host.compute is None and hardware.cores is None:
        macs = sum(layer.products for layer in asked)
        more = f" and {len(asked) - 1} more" if len(asked) > 1 else ""
        raise InputError(
            f"multiplies activations with each other ({macs:,} MACs an inference), which tiles cannot; "
            f"{hardware.name} has neither attention units nor anybody else who computes",
            place=graph.name,
            field=asked[0].name + more,
            remedy=f"Add attention to the chip file (style: {', '.join(STYLES)}), compute_cores on a mesh, or "
            "host.compute, like --set host.compute='2 Top/s'",
        )


def _in_blocks(graph: Graph, hardware: Hardware) -> None:
    """InputError for a product in no block, where units only do whole ones."""
    units = hardware.attention
    if units is None or units.unit.alone:
        return
    inside = {name for block in blocks(graph) for name in block.layers}
    left = [name for name in products(graph) if name not in inside]
    if left:
        raise InputError(
            "multiplies two activations and is no part of an attention (scores, softmax, mix of as many heads), which "
            f"is all that units of style {units.style} do",
            place=graph.name,
            field=left[0] + (f" and {len(left) - 1} more" if len(left) > 1 else ""),
            remedy="Take attention.style: digital or computation_crossbar, or host.compute instead of attention",
        )


def _fits_unit(layer: Layer, chain: Chain, hardware: Hardware) -> None:
    """InputError if an LSTM finds no global unit to finish it."""
    if layer.kind != "lstm" or hardware.transport == "circuits" or hardware.partial_sums == "host":
        return  # the host finishes it
    unit = hardware.unit
    if unit is None:
        raise InputError(
            f"{hardware.name} has no global digital unit, which an LSTM needs for its gates",
            field=layer.name,
            remedy="Add global_digital to the chip file",
        )
    if chain.width // unit.inputs_per_output > unit.outputs:
        raise InputError(
            f"a global unit holds {unit.outputs} cell states, a column group has {chain.width // 4}",
            field=layer.name,
            remedy="Use tiles with fewer columns or enlarge global_digital.outputs",
        )


def check_copies(chains: Sequence[Chain], graph: Graph, hardware: Hardware) -> None:
    """InputError where copies, which share a layer's positions, meet a recurrence or the link path."""
    for chain in chains:
        if chain.copies == 1:
            continue
        if chain.copies > graph[chain.layer].positions:
            rule = f"has {graph[chain.layer].positions} positions, too few for {chain.copies} copies"
            raise InputError(rule, place=graph.name, field=chain.layer)
        if any(piece.reads < 0 for piece in chain.pieces):
            raise InputError(
                "is recurrent: copies would wait for each other", place=graph.name, field=chain.layer
            )
        if hardware.whole:
            raise InputError(
                "copies need the host path: packets of several copies are not put in order on the links",
                place=graph.name,
                field=chain.layer,
                remedy="Set transport=host or map without copies",
            )


def check_placed(placed: Sequence[PlacedChain], finished: set[str], hardware: Hardware, origin: str) -> None:
    """Tiles exist and have room, neighbours in a chain are linked, LSTMs end at a unit of their own."""
    held: dict[str, list[tuple[Chain, int]]] = {}
    for item in placed:
        field = f"place.{item.chain.layer}"
        for stage, tile in enumerate(_nodes(item)):
            if not _there(tile, hardware):
                remedy = "Tiles have tiers: write t1/3,4 for a tile" if hardware.tiers > 1 else ""
                raise InputError("no such tile", place=origin, field=field, value=tile, remedy=remedy)
            holders = held.setdefault(tile, [])
            if item.chain.tied:  # devices of another layer, which has them already
                continue
            holders.append((item.chain, stage))
            if not _room(holders, finished, hardware):
                raise InputError(
                    f"already holds {holders[0][0].layer}", place=origin, field=field, value=tile
                )
        _linked(item, hardware, origin)
        if item.chain.layer in finished and item.unit is None:
            raise InputError(
                f"an LSTM column group must end at a tile that feeds a global unit, not at {item.tiles[-1]}",
                place=origin,
                field=field,
                remedy=f"Those are {', '.join(list(hardware.topology.fed)[:3])} ...",
            )


def _there(name: str, hardware: Hardware) -> bool:
    """Whether a chip has this tile, tier or global unit."""
    if hardware.tiers > 1:
        return 1 <= tier_of(name) <= hardware.tiers and tile_of(name) in hardware.topology.tiles
    return name in hardware.topology.tiles or name in hardware.topology.globals


def _nodes(item: PlacedChain) -> Iterator[str]:
    yield from item.tiles
    if item.unit:
        yield item.unit


def _linked(item: PlacedChain, hardware: Hardware, origin: str) -> None:
    if hardware.transport == "circuits":
        return
    for source, target in zip(item.tiles, item.tiles[1:], strict=False):
        if target not in hardware.topology.after.get(source, ()):
            field = f"place.{item.chain.layer}"
            raise InputError(f"no link from {source} to {target}", place=origin, field=field)


def _room(holders: Sequence[tuple[Chain, int]], finished: set[str], hardware: Hardware) -> bool:
    """Whether pieces of several layers have rows and columns of their own; see ``pack``."""
    if len(holders) == 1:
        return True
    if hardware.transport == "circuits":
        chain = holders[0][0]
        return all(other == chain for other, _ in holders) and len(holders) <= min(
            chain.planes, hardware.planes
        )
    layers = {chain.layer for chain, _ in holders}
    if hardware.whole or len(layers) < len(holders) or layers & finished:
        return False
    taken = [room(chain.pieces[stage], hardware) for chain, stage in holders]
    rows, columns = sum(size[0] for size in taken), sum(size[1] for size in taken)
    return rows <= hardware.rows and columns <= hardware.columns
