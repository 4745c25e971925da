"""Column groups of a layer on a chip: cut within its limits, bias included; or another layer's, used again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from simulator.base.errors import InputError
from simulator.chip.resolve import Hardware
from simulator.mapping.placed import PlacedChain
from simulator.mapping.split import Chain, Piece, split
from simulator.workload.graph import Layer


def column_groups(layer: Layer, hardware: Hardware) -> list[Chain]:
    """How a layer's own matrices are cut for a chip; InputError where the segments it asks for are too large.

    Where partial sums leave the chip, every piece stands for itself.
    """
    bias_rows, bias_columns = (layer.asked(name) or 0 for name in ("bias_rows", "bias_columns"))
    inputs, outputs = _inputs(layer, bias_rows, hardware), hardware.columns - bias_columns
    if outputs < 1:
        raise _too_large(layer, "bias_columns", f"leave none of the {hardware.columns} columns of a tile")
    groups = [
        replace(group, pieces=tuple(_with_bias(piece, bias_rows, bias_columns) for piece in group.pieces))
        for group in split(layer, inputs, outputs)
    ]
    return list(_apart(groups)) if hardware.partial_sums == "host" else groups


def tied_groups(layer: Layer, owners: Sequence[PlacedChain], hardware: Hardware) -> list[PlacedChain]:
    """The column groups of a layer that uses another's matrix, on the tiles where that lies.

    In the other direction rows give the results: each piece is a group. InputError for a direction that the chip does
    not have, or where groups would have to add up on the way.
    """
    if hardware.transport != "host" or hardware.reload:
        raise InputError(
            f"uses the matrix of {layer.owner}: only by way of the host, and on tiles that are not written anew",
            field=layer.name,
            remedy="Set transport=host without --reload, or give the layer weights of its own",
        )
    if not layer.backward:
        return [replace(item, chain=replace(item.chain, layer=layer.name, tied=True)) for item in owners]
    if hardware.backward is None:
        raise InputError(
            f"uses the matrix of {layer.owner} transposed; {hardware.name} drives its arrays in one direction only",
            field=layer.name,
            remedy="Give the layer weights of its own, or take a chip with tile.crossbar.backward",
        )
    if hardware.partial_sums != "host" and len({item.chain.columns for item in owners}) > 1:
        raise InputError(
            f"uses the matrix of {layer.owner} transposed, whose {len(owners)} column groups would have to add up",
            field=layer.name,
            remedy="Set partial_sums=host, or take wider tiles",
        )
    numbers = dict.fromkeys(range(max(item.chain.copies for item in owners)), 0)
    found = []
    for item in owners:
        for tile, piece in zip(item.tiles, item.chain.pieces, strict=True):
            chain = replace(
                item.chain, layer=layer.name, group=numbers[item.chain.copy], columns=piece.rows,
                pieces=(_turned(piece),), tied=True, backward=True,
            )  # fmt: skip
            numbers[item.chain.copy] += 1
            found.append(PlacedChain(chain, (tile,), None))
    return found


def _inputs(layer: Layer, bias_rows: int, hardware: Hardware) -> int:
    """Most inputs of a piece."""
    room, segments = hardware.rows - bias_rows, layer.asked("segments")
    if room < 1:
        raise _too_large(layer, "bias_rows", f"leave none of the {hardware.rows} rows of a tile")
    if segments is None:
        return min(hardware.segment_inputs, room)
    inputs = -(-max(matrix.rows // matrix.blocks for matrix in layer.matrices) // segments)
    if inputs > room:
        text = (
            f"of {inputs} inputs and {bias_rows} bias rows are larger than the {hardware.rows} rows of a tile"
        )
        raise _too_large(layer, "segments", text, segments)
    return inputs


def _too_large(layer: Layer, field: str, rule: str, value: object = None) -> InputError:
    return InputError(
        rule,
        field=f"{layer.name}.{field}",
        value=layer.asked(field) if value is None else value,
        remedy="Take more segments, or a chip with larger tiles",
    )


def _with_bias(piece: Piece, rows: int, columns: int) -> Piece:
    return replace(piece, bias_rows=rows, bias_columns=columns)


def _apart(groups: Sequence[Chain]) -> Iterator[Chain]:
    number = 0
    for group in groups:
        for piece in group.pieces:
            yield replace(group, group=number, pieces=(piece,))
            number += 1


def _turned(piece: Piece) -> Piece:
    """Rows as columns and columns as rows, driven by the layer's first input."""
    return replace(
        piece, rows=piece.columns, columns=piece.rows, reads=0, bias_rows=piece.bias_columns,
        bias_columns=piece.bias_rows,
    )  # fmt: skip
