"""Who sends what to whom in which step: pads, multicast trees and columns of a layer's reads and outputs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from simulator.base.errors import InputError
from simulator.chip.resolve import Pads
from simulator.chip.topology import Topology, chip_of, on_chip
from simulator.mapping.lower.mesh_routes import Link, tree
from simulator.mapping.placed import PlacedChain
from simulator.mapping.split import Piece


@dataclass(frozen=True)
class Slice:
    """Rows that one vector drives: tiles and pieces at the ends of its circuit.

    ``placed`` and ``stage`` stand for all of them; ``pad`` is empty where columns of other tiles send.
    """

    placed: PlacedChain
    stage: int
    tiles: tuple[str, ...]
    pieces: tuple[Piece, ...]
    pad: str = ""
    senders: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """Values of the vector."""
        return self.pieces[0].height


@dataclass
class Turn:
    """One step's circuits: of a read (``slices``) or of an output (``chains``)."""

    slices: list[Slice] = field(default_factory=list)
    chains: list[PlacedChain] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    pads: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)


class Circuits:
    """Circuits of all layers, set up once: pads in turn, links that no other layer uses where there are some."""

    def __init__(self, topology: Topology, pads: Pads, chips: int):
        self._topology, self._pads, self._chips = topology, pads, chips
        self._used: set[Link] = set()
        self._next: dict[tuple[str, int], int] = {}

    def turns(self, placed: Sequence[PlacedChain], senders: Sequence[PlacedChain]) -> list[Turn]:
        """Reads of a layer: as many slices at once as there are pads, tiles and links for.

        ``senders``: the layer whose columns send; pads send if it is empty.
        """
        made: list[Turn] = []
        used: set[Link] = set()
        for part in _slices(placed):
            at = made[-1] if made else Turn()
            if not made or not self._add(at, part, senders, used):
                used = set()
                at = Turn()
                if not self._add(at, part, senders, used):
                    raise _unreachable(placed)
                made.append(at)
        for turn in made:
            self._used |= set(turn.links)
        return made

    def outputs(self, placed: Sequence[PlacedChain]) -> list[Turn]:
        """Output steps of a layer: column groups side by side on a pad as far as they fit (concatenation)."""
        made: list[Turn] = []
        used: set[Link] = set()
        chip = chip_of(placed[0].tiles[-1])
        for group in _concatenated(placed, self._pads.width):
            at = made[-1] if made and len(made[-1].pads) < len(self._pads.outputs) else None
            if at is None or not self._collect(at, group, chip, used):
                used, at = set(), Turn()
                if not self._collect(at, group, chip, used):
                    raise _unreachable(placed)
                made.append(at)
        for turn in made:
            self._used |= set(turn.links)
        return made

    def _add(self, turn: Turn, part: Slice, before: Sequence[PlacedChain], used: set[Link]) -> bool:
        """Whether a slice found its place in a turn."""
        if set(part.tiles) & {tile for other in turn.slices for tile in other.tiles}:
            return False
        if before:
            return self._relay(turn, part, before, used)
        if len(turn.pads) == len(self._pads.inputs):
            return False
        pad, tile = self._pad("input", self._pads.inputs, chip_of(part.tiles[0]))
        links = tree(self._topology, tile, part.tiles, used, self._used)
        if links is None:
            return False
        self._take("input", chip_of(part.tiles[0]))
        turn.slices.append(Slice(part.placed, part.stage, part.tiles, part.pieces, pad))
        turn.pads.append(pad)
        turn.links += links
        used |= set(links)
        return True

    def _relay(self, turn: Turn, part: Slice, before: Sequence[PlacedChain], used: set[Link]) -> bool:
        """Circuits from all columns of the layer before whose outputs are among the slice's rows."""
        begin, end = part.pieces[0].rows
        found: list[Link] = []
        sending = [
            placed.tiles[-1]
            for placed in before
            if placed.chain.columns[0] < end and begin < placed.chain.columns[1]
        ]
        for sender in sending:
            links = tree(self._topology, sender, part.tiles, used, self._used)
            if links is None:
                return False
            found += [link for link in links if link not in found]
        turn.slices.append(Slice(part.placed, part.stage, part.tiles, part.pieces, "", tuple(sending)))
        turn.senders += [tile for tile in sending if tile not in turn.senders]
        turn.links += found
        used |= set(found)
        return True

    def _collect(self, turn: Turn, group: Sequence[PlacedChain], chip: int, used: set[Link]) -> bool:
        """Circuits from the last tiles of column groups to one output pad."""
        pad, tile = self._pad("output", self._pads.outputs, chip)
        found: list[Link] = []
        for placed in group:
            links = tree(self._topology, placed.tiles[-1], [tile], used, self._used)
            if links is None:
                return False
            found += [link for link in links if link not in found]
        self._take("output", chip)
        turn.chains += group
        turn.pads.append(pad)
        turn.senders += [placed.tiles[-1] for placed in group]
        turn.links += found
        used |= set(found)
        return True

    def _pad(self, kind: str, beside: Sequence[str], chip: int) -> tuple[str, str]:
        """Name of the next pad of a chip and the tile beside it."""
        number = self._next.get((kind, chip), 0) % len(beside)
        pad = on_chip(chip, self._chips, f"{kind}_pad[{number + 1}]")
        return pad, on_chip(chip, self._chips, beside[number])

    def _take(self, kind: str, chip: int) -> None:
        self._next[kind, chip] = self._next.get((kind, chip), 0) + 1


def _slices(placed: Sequence[PlacedChain]) -> Iterator[Slice]:
    """Vectors that a layer's tiles need, those of the first plane of all tiles before those of the second."""
    planes = placed[0].chain.planes
    ends: dict[tuple[int, int, int, int], list[tuple[PlacedChain, int]]] = {}
    for item in placed:
        for stage, piece in enumerate(item.chain.pieces):
            ends.setdefault((stage % planes, stage, piece.matrix, piece.rows[0]), []).append((item, stage))
    for key in sorted(ends):
        members = ends[key]
        tiles = tuple(item.tiles[stage] for item, stage in members)
        pieces = tuple(item.chain.pieces[stage] for item, stage in members)
        yield Slice(*members[0], tiles, pieces)


def _concatenated(placed: Sequence[PlacedChain], width: int) -> list[list[PlacedChain]]:
    """Column groups in order, as many on a pad as fit its width."""
    groups: list[list[PlacedChain]] = []
    for item in placed:
        if groups and sum(other.chain.width for other in groups[-1]) + item.chain.width <= width:
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def _unreachable(placed: Sequence[PlacedChain]) -> InputError:
    return InputError(
        "finds no circuit between its tiles and landing pads",
        field=placed[0].chain.layer,
        remedy="Add links (links.extra, links.reach)",
    )
