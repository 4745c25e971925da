"""At which attention unit every layer of attention is computed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from simulator.chip.resolve import AttentionUnits
from simulator.chip.topology import on_chip
from simulator.mapping.plan import Mapping as Placed
from simulator.program.form import Resource
from simulator.workload.attention import Block, Product, blocks, products

Stage = Literal["scores", "softmax", "between", "mix"]
"""What a unit does for a layer; scale, mask and order stand ``between`` and go along with the softmax."""


@dataclass(frozen=True)
class Seat:
    """What a unit does for a layer, ``unit`` being one of ``chip``; ``block`` None: of a product that is in none.

    ``product``: the layer itself, or the scores before it.
    """

    unit: str
    chip: int
    stage: Stage
    product: Product
    block: Block | None


def seats(mapping: Placed) -> dict[str, Seat]:
    """Layer -> its seat; what is not attention has none.

    A block goes to the first unit that has not had its share of operations yet, of the chip that knows its inputs.
    """
    units = mapping.hardware.attention
    if units is None:
        return {}
    graph = mapping.graph
    homes, choice = _homes(mapping), _Choice(mapping, units)
    found: dict[str, Seat] = {}
    for block in blocks(graph):
        chip = homes[block.mix.layer]
        unit = choice.unit(chip, block.layers)
        for name in block.layers:
            found[name] = Seat(unit, chip, _stage(block, name), _product(block, name), block)
    for name, product in products(graph).items():
        if name not in found:
            unit = choice.unit(homes[name], (name,))
            stage: Stage = "scores" if product.scores else "mix"
            found[name] = Seat(unit, homes[name], stage, product, None)
    return found


def attention_resource(unit: str, server: str) -> Resource:
    """A resource of a unit, of part ``attention_SERVER``, less any _NAME."""
    return Resource(f"{unit}.{server}", part=f"attention_{server.partition('_')[0]}")


def width(found: Mapping[str, Seat], unit: str) -> int:
    """Bytes that a unit keeps for a position of a sequence, keys and values of all layers that it serves."""
    return sum(
        seat.product.width for name, seat in found.items() if name == seat.product.layer and seat.unit == unit
    )


def key_heads(found: Mapping[str, Seat], unit: str) -> int:
    """Heads whose keys a unit keeps, of all layers that it serves."""
    return sum(
        seat.product.key_heads for seat in found.values() if seat.unit == unit and seat.stage == "scores"
    )


def sequences(mapping: Placed) -> int | None:
    """Sequences whose tokens may be under way, as the unit with the least room allows; None: any."""
    found, units = seats(mapping), mapping.hardware.attention
    if units is None:
        return None
    each = (units.unit.sequences(key_heads(found, unit)) for unit in {seat.unit for seat in found.values()})
    return min((count for count in each if count is not None), default=None)


def room(mapping: Placed) -> int | None:
    """Bytes for keys and values of tokens of all layers, as the unit with the least room allows; None: any."""
    found, units = seats(mapping), mapping.hardware.attention
    if units is None:
        return None
    each = (units.unit.positions(width(found, unit)) for unit in {seat.unit for seat in found.values()})
    least = min((tokens for tokens in each if tokens is not None), default=None)
    if least is None:
        return None
    spills, cache = units.unit.spills_from(1) is not None, mapping.hardware.host.kv_cache
    beyond = cache.size if spills and cache else 0
    return least * sum(layer.width for layer in mapping.graph.cached) + beyond


def _stage(block: Block, name: str) -> Stage:
    named: dict[str, Stage] = {
        block.scores.layer: "scores",
        block.softmax: "softmax",
        block.mix.layer: "mix",
    }
    return named.get(name, "between")


def _product(block: Block, name: str) -> Product:
    return block.mix if name == block.mix.layer else block.scores


def _homes(mapping: Placed) -> dict[str, int]:
    """Layer -> the last of the chips of what it reads, from 1."""
    found: dict[str, int] = {}
    for layer in mapping.graph.layers:
        inputs = (found[source.layer] for source in layer.inputs if not source.delay)
        found[layer.name] = mapping.chip(layer.name) if layer.matrices else max(inputs, default=1)
    return found


class _Choice:
    """Units with the operations that they have been given."""

    def __init__(self, mapping: Placed, units: AttentionUnits):
        self._dies, self._names, self._graph = mapping.hardware.dies, units.names, mapping.graph
        asked = sum(layer.operations for layer in mapping.graph.layers if layer.products)
        self._share = -(-asked // (len(units.names) * self._dies))
        self._given: Counter[str] = Counter()

    def unit(self, chip: int, layers: Sequence[str]) -> str:
        """The unit for these layers: the first with room for more, else the one with least."""
        names = [on_chip(chip, self._dies, name) for name in self._names]
        room = (name for name in names if self._given[name] < self._share)
        found = next(room, None) or min(names, key=lambda name: self._given[name])
        self._given[found] += sum(
            self._graph[name].operations for name in layers if self._graph[name].products
        )
        return found
