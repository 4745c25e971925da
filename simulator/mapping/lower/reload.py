"""One chip, several sets of weights in turn: who writes when, and what waits for it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from simulator.base.errors import InputError
from simulator.chip.topology import chip_of, physical
from simulator.mapping.lower.builder import Spot, constant
from simulator.mapping.lower.chain import ChainStreams
from simulator.mapping.lower.context import Context
from simulator.mapping.split import Piece
from simulator.program.form import Edge, Index, Resource, Scope


class _Turn(NamedTuple):
    """A piece that a tile holds in turn: number of its set, tile with that number, layer, MVMs, how many."""

    number: int
    tile: str
    layer: str
    piece: Piece
    mvm: int
    positions: int


def program_weights(context: Context, chains: Mapping[str, Sequence[ChainStreams]]) -> None:
    """Before a tile's first MVM with a set, its rows are written; before that, the last set has done its work.

    A tile with one piece keeps it. InputError where a layer waits for one of a later set, step by step.
    """
    if not context.hardware.reload:
        return
    _check_order(context)
    turns: dict[str, list[_Turn]] = {}
    for layer, streams in chains.items():
        for placed, made in zip(context.mapping.of(layer), streams, strict=True):
            positions = placed.chain.positions(context.graph[layer].positions)
            for tile, piece, mvm in zip(placed.tiles, placed.chain.pieces, made.mvms, strict=True):
                turn = _Turn(chip_of(tile), tile, layer, piece, mvm, positions)
                turns.setdefault(physical(tile), []).append(turn)
    for held in turns.values():
        if len(held) > 1:
            _take_turns(context, sorted(held))


def _check_order(context: Context) -> None:
    for layer in context.graph.layers:
        for source in layer.inputs:
            if source.delay and context.homes[source.layer] > context.homes[layer.name]:
                raise InputError(
                    f"reads {source.layer} a step later, which has its weights in a later turn",
                    place=context.graph.name,
                    field=layer.name,
                    remedy="Take more tiles or more chips instead of --reload",
                )


def _take_turns(context: Context, held: Sequence[_Turn]) -> None:
    """The writes of a tile; the first of an inference waits for the last set of the inference before."""
    written = [_write(context, turn) for turn in held]
    last = Edge(held[-1].mvm, written[0], index=Index(-1, 0), scope=Scope.GLOBAL, cause="operand")
    context.builder.edge(last)
    for before, write in zip(held, written[1:], strict=False):
        context.builder.wait(before.mvm, write, index=Index(before.positions - 1, 0), cause="operand")
    for turn, write in zip(held, written, strict=True):
        context.builder.wait(write, turn.mvm, index=Index(scale=0), cause="operand")
        context.programs[turn.tile] = write


def _write(context: Context, turn: _Turn) -> int:
    programmer = context.hardware.programmer
    assert programmer is not None
    spot = Spot(f"{turn.tile}.crossbar", "programming", turn.layer, "write")
    shared = context.builder.resource(Resource("programmer", capacity=programmer.tiles, part="programming"))
    stream = context.builder.stream(spot, (*context.crossbar(turn.tile), shared))
    time = max(turn.piece.height * programmer.row, 1)
    context.builder.work(stream, constant(1, time, time, values=turn.piece.macs))
    return stream
