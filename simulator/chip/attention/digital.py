"""Section ``attention`` of style ``digital``: multipliers, softmax pipelines and SRAM."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

from simulator.base.units import whole_ps
from simulator.chip.attention.base import AttentionSection, Scale
from simulator.chip.cost import Cost, cost
from simulator.chip.leaf import Area, Data, DataRate, Energy, Frequency, Positive
from simulator.chip.section import Anchor, Section, library, library_anchor
from simulator.chip.tile import MemoryAnchor, sram_anchor
from simulator.parts import sram
from simulator.parts.attention import digital


class KeysAndValues(Section):
    """SRAM of a unit for keys and values of the layers that it serves, INT8, in banks of ``bank``.

    ``bandwidth``: of the port of the keys, and of that of the values.
    """

    size: Data
    bank: Data
    bandwidth: DataRate
    anchor: MemoryAnchor = sram_anchor()


class Overflowing(KeysAndValues):
    """The same, for sequences that may be too long for it.

    ``overflow``: they are refused, and tokens that are generated wait for room; or later positions ``spill`` into
    ``host.kv_cache``, where ``sequences`` at a time share the memory evenly.
    """

    overflow: Literal["refuse", "spill"] = "refuse"
    sequences: Positive = library(digital.SEQUENCES)


class LaneAnchor(Anchor):
    """Energy of a multiply-accumulate and of a softmax value; area of what does one of them a cycle."""

    mac_energy: Energy
    mac_area: Area
    value_energy: Energy
    value_area: Area


class DigitalAttention(AttentionSection):
    """A lane a head: ``macs`` multiply-accumulates a cycle for scores, as many for the mix, ``softmax`` values a cycle.

    ``pipeline``: cycles from operand to result of each of these stages.
    """

    style: Literal["digital"]
    clock: Frequency
    macs: Positive
    softmax: Positive
    pipeline: Positive
    kv: Overflowing
    anchor: LaneAnchor = library_anchor(
        LaneAnchor,
        node=digital.NODE,
        supply=digital.SUPPLY,
        mac_energy=digital.MAC_ENERGY,
        mac_area=digital.MAC_AREA,
        value_energy=digital.VALUE_ENERGY,
        value_area=digital.VALUE_AREA,
    )

    def unit(self) -> digital.Digital:
        """See ``AttentionSection``."""
        return digital.Digital(
            int(self.heads), whole_ps(10**12 / self.clock.magnitude), int(self.kv.size),
            self.kv.bandwidth.magnitude, int(self.macs), int(self.softmax), int(self.pipeline),
            int(self.kv.sequences) if self.kv.overflow == "spill" else 0,
        )  # fmt: skip

    def check(self) -> None:
        """See ``AttentionSection``."""
        sram.SIZE.check(self.kv.bank.magnitude, "kv.bank")

    def costs(self, energy: Scale) -> Mapping[str, Cost]:
        """See ``AttentionSection``; a byte of the memory, read or written."""
        at, memory = self.anchor, self.kv.anchor
        mac = cost(at.mac_energy, at.mac_energy.magnitude, energy(at))
        byte = cost(
            memory.energy,
            8 * memory.energy.magnitude,
            sram.energy(self.kv.bank.magnitude, memory.size.magnitude),
            energy(memory),
        )
        return {
            "attention_scores": mac,
            "attention_softmax": cost(at.value_energy, at.value_energy.magnitude, energy(at)),
            "attention_mix": mac,
            "attention_memory": byte,
        }

    def area(self, area: Scale) -> Fraction:
        """See ``AttentionSection``."""
        at, memory = self.anchor, self.kv.anchor
        lane = 2 * int(self.macs) * at.mac_area.magnitude + int(self.softmax) * at.value_area.magnitude
        bits = sram.area(self.kv.size.magnitude, memory.bit_area.magnitude)
        return int(self.heads) * lane * area(at) + bits * area(memory)

    def anchors(self) -> Mapping[tuple[str, ...], Anchor]:
        """See ``AttentionSection``."""
        return {("anchor",): self.anchor, ("kv", "anchor"): self.kv.anchor}
