"""Mapping and requests to program."""

from collections.abc import Sequence

from simulator.base.errors import InputError, did_you_mean
from simulator.mapping.lower.attention.units import keep
from simulator.mapping.lower.builder import Builder
from simulator.mapping.lower.chain import ChainStreams, lower_chain
from simulator.mapping.lower.circuit_path import lower_circuits
from simulator.mapping.lower.context import IDEALS, Context
from simulator.mapping.lower.host_path import feed_residual, feed_tile, lower_view
from simulator.mapping.lower.kv_cache import write_cached
from simulator.mapping.lower.link_path import Reader, deliver, on_chip
from simulator.mapping.lower.reload import program_weights
from simulator.mapping.lower.ways import leave
from simulator.mapping.plan import Mapping
from simulator.program.form import Inference, Program
from simulator.workload.experts import groups
from simulator.workload.graph import Graph, Layer, Source


def lower(
    mapping: Mapping,
    graphs: Sequence[Graph],
    inferences: Sequence[Inference],
    ideal: Sequence[str] = (),
    longest: int = 0,
) -> Program:
    """The program of these inferences; ``inferences[i].segment`` is a number of ``graphs``.

    All graphs are shapes of the mapped network (other sequence lengths). ``ideal``: see ``IDEALS``. ``longest``: graphs
    are single tokens, contexts below it.
    """
    for name in ideal:
        if name not in IDEALS:
            raise InputError(
                f"must be among {', '.join(IDEALS)}",
                field="ideal",
                value=name,
                remedy=did_you_mean(name, IDEALS),
            )
    numbers = groups(graphs[0])
    if numbers and mapping.hardware.transport == "links":
        raise InputError(
            "experts to which tokens are sent need the host between layers",
            place=mapping.hardware.name,
            field="transport",
            value="links",
            remedy="Set transport=host",
        )
    builder = Builder(numbers)
    cached = tuple(layer.name for layer in graphs[0].cached) if longest else ()
    for graph in graphs:
        builder.begin(graph.name)
        _segment(Context(mapping, graph, builder, frozenset(ideal), longest, cached))
    return builder.program(list(inferences))


def _segment(context: Context) -> None:
    if context.hardware.transport == "circuits":
        _views(context, {}, lower_circuits(context))
        return
    chains = {
        layer.name: [lower_chain(context, placed) for placed in context.mapping.of(layer.name)]
        for layer in context.graph.mapped
    }
    program_weights(context, chains)
    wanted: dict[str, list[Reader]] = {}
    for layer in context.graph.mapped:
        _inputs(context, layer, chains[layer.name], wanted)
    for name, readers in wanted.items():
        home = on_chip(context, name)
        assert home is not None
        deliver(context, name, chains[home], readers)
    _views(context, chains)


def _inputs(
    context: Context, layer: Layer, chains: list[ChainStreams], wanted: dict[str, list[Reader]]
) -> None:
    """Connect a layer's MVMs and its residual to what they read, over links or by way of the host."""
    buffers = context.hardware.buffers
    for placed, chain in zip(context.mapping.of(layer.name), chains, strict=True):
        for stage, piece in enumerate(placed.chain.pieces):
            source = Source(layer.name, 1) if piece.reads < 0 else layer.inputs[piece.reads]
            if _by_link(context, layer, source):
                reader = Reader(
                    chain.mvms[stage],
                    placed.tiles[stage],
                    layer,
                    source,
                    buffers.size,
                    "tile.input_buffer.size",
                )
                wanted.setdefault(source.layer, []).append(reader)
            else:
                feed_tile(context, placed, stage, chain.mvms[stage], source)
        residual = context.fusion.residual.get(layer.name)
        if residual is not None and _by_link(context, layer, residual):
            addition = context.graph[context.fusion.name(layer.name)]
            field = "tile.input_buffer.residual"
            reader = Reader(chain.locals[-1], placed.tiles[-1], addition, residual, buffers.residual, field)
            wanted.setdefault(residual.layer, []).append(reader)
        elif residual is not None:
            feed_residual(context, placed, chain.locals[-1], residual)


def _by_link(context: Context, layer: Layer, source: Source) -> bool:
    """Whether a layer reads this source over links: it is made on the same chip."""
    if context.hardware.transport != "links":
        return False
    home = on_chip(context, source.layer)
    return home is not None and context.mapping.chip(home) == context.mapping.chip(layer.name)


def _views(
    context: Context, chains: dict[str, list[ChainStreams]], left: dict[str, list[int]] | None = None
) -> None:
    """Outputs reach the host, and so does all that somebody reads there."""
    keep(context)
    for name in context.graph.outputs:
        context.view(name)
        if context.hardware.cores is not None and context.carried:
            leave(context, name)
    done: set[str] = set()
    while todo := [name for name in context.views if name not in done]:
        for name in todo:
            home = context.fusion.home(name)
            lower_view(context, name, chains.get(home, []), (left or {}).get(home, ()))
            done.add(name)
    write_cached(context)
