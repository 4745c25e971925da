"""Which chip and which tiles every column group gets."""

from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from simulator.base.errors import InputError
from simulator.chip.resolve import Hardware
from simulator.chip.topology import on_chip
from simulator.mapping.chip_loads import filled, least_fullest
from simulator.mapping.pack import Seat, pack
from simulator.mapping.place import place
from simulator.mapping.planes import by_rows
from simulator.mapping.split import Chain
from simulator.mapping.tiers import in_tiers


@dataclass(frozen=True)
class Seats:
    """Column groups of a network, in its order. ``finished``: layers that end at global units."""

    chains: Sequence[Chain]
    finished: Set[str]
    hardware: Hardware

    def find(self, network: str, share: bool | None) -> list[list[str]]:
        """Tiles of every column group; ``share``: see ``plan.map_workload``. InputError where they do not fit."""
        ways = [False, True] if share is None else [share]
        joined = [[self._joined(part, way) for part in self.parts] for way in ways]
        needed = [max(map(self._tiles, self.parts, way)) for way in joined]
        fitting = next((way for way, tiles in zip(joined, needed, strict=True) if tiles <= self.there), None)
        if fitting is None:
            raise self._refusal(network, min(needed))
        self._check_units(network)
        tiles: list[list[str]] = [[] for _ in self.chains]
        for number, (part, seats) in enumerate(zip(self.parts, fitting, strict=True), 1):
            for chain, found in zip(part, self._placed(part, seats), strict=True):
                tiles[chain] = [self._name(number, tile) for tile in found]
        return tiles

    def _name(self, number: int, tile: str) -> str:
        return on_chip(number, self.hardware.chips, tile, sets=self.hardware.reload)

    @property
    def there(self) -> int:
        """Arrays of a chip: its tiles, or all their tiers."""
        return self.hardware.arrays

    @cached_property
    def parts(self) -> list[list[int]]:
        """Numbers of the column groups on each chip, in order, the fullest chip as empty as can be.

        Layers are whole; of sets of weights in turn only those that read their own output.
        """
        loads = self._loads(self._together)
        if len(loads) < self.hardware.chips:
            rule = f"must be at most the number of layers with weights, {len(loads)}"
            raise InputError(rule, field="--chips", value=self.hardware.chips)
        fullest = least_fullest(list(loads.values()), self.hardware.chips)
        homes = dict(zip(loads, filled(list(loads.values()), fullest, self.hardware.chips), strict=True))
        parts: list[list[int]] = [[] for _ in range(self.hardware.chips)]
        for number, chain in enumerate(self.chains):
            parts[homes[self._together(chain)]].append(number)
        return parts

    def _together(self, chain: Chain) -> str:
        """What must be on one chip: a name of a layer, or of a column group that needs no other of its layer."""
        if not self.hardware.reload or any(piece.reads < 0 for piece in chain.pieces):
            return chain.layer
        return f"{chain.layer} {chain.copy} {chain.group}"

    def _loads(self, together: Callable[[Chain], str] = lambda chain: chain.layer) -> dict[str, int]:
        """Layer -> its tiles, or the tiles of as large a share of a chip's global units if that is more."""
        tiles, units = Counter[str](), Counter[str]()
        for chain in self.chains:
            tiles[together(chain)] += chain.tiles
            units[together(chain)] += chain.layer in self.finished
        each = self.there / max(len(self.hardware.single.globals), 1)
        return {name: max(size, ceil(units[name] * each)) for name, size in tiles.items()}

    def _more_chips(self) -> str:
        """How many chips would do, if more of them do."""
        loads = list(self._loads().values())
        if max(loads) > self.there:
            return "Try "
        chips = filled(loads, self.there)[-1] + 1
        turns = "--reload, " if self.hardware.programmer and not self.hardware.reload else ""
        return f"Try --chips {chips}, {turns}" if chips > self.hardware.chips else "Try "

    def _check_units(self, network: str) -> None:
        """InputError where LSTMs have more column groups than a chip has global units."""
        there = len(self.hardware.single.globals)
        for number, part in enumerate(self.parts, 1):
            needed = sum(self.chains[chain].layer in self.finished for chain in part)
            if needed > there:
                several = f" on chip {number} of {self.hardware.chips}" if self.hardware.chips > 1 else ""
                raise InputError(
                    f"its LSTMs need {needed} global units{several}, one a column group; "
                    f"{self.hardware.name} has {there}",
                    place=network,
                    field="mapping",
                    remedy=f"{self._more_chips()}a chip with more columns and units, or wider tiles",
                )

    def _joined(self, part: Sequence[int], share: bool) -> list[Seat | None]:
        chains = [self.chains[number] for number in part]
        return pack(chains, self.finished, self.hardware) if share else [None] * len(part)

    def _tiles(self, part: Sequence[int], seats: Sequence[Seat | None]) -> int:
        own = (number for number, seat in zip(part, seats, strict=True) if seat is None)
        return sum(self.chains[number].tiles for number in own)

    def _placed(self, part: Sequence[int], seats: Sequence[Seat | None]) -> list[list[str]]:
        """Tiles of a chip's column groups: their own, or those they join."""
        if self.hardware.transport == "circuits":
            return by_rows([self.chains[number] for number in part], self.hardware.single)
        if self.hardware.tiers > 1:
            return in_tiers([self.chains[number] for number in part], self.hardware.single)
        own = [n for n, seat in enumerate(seats) if seat is None]
        found = place([self.chains[part[n]] for n in own], self.finished, self.hardware.single)
        tiles = dict(zip(own, found, strict=True))
        return [tiles[n] if seat is None else [tiles[seat[0]][seat[1]]] for n, seat in enumerate(seats)]

    def _refusal(self, network: str, needed: int) -> InputError:
        """How much is lacking, and what could be done."""
        hardware, loads = self.hardware, self._loads()
        largest = max(loads, key=lambda layer: loads[layer])
        several = f" on one of {hardware.chips} chips" if hardware.chips > 1 else ""
        if self.there < loads[largest] < needed:
            several += f" (layer {largest} alone: {loads[largest]})"
        what = f"{'tiers' if hardware.tiers > 1 else 'tiles'} of {hardware.rows} x {hardware.columns}"
        return InputError(
            f"needs {needed} {what}{several}; {hardware.name} has {self.there}",
            place=network,
            field="mapping",
            remedy=f"{self._more_chips()}a chip with more tiles (--set grid.rows=..., with die.area to match), "
            "larger crossbars, or a smaller network",
        )
