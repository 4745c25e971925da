"""The time of one MVM: phases of reads, and conversions that follow them, overlap with them, or are part of them."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Mvm:
    """Times [ps] that make up an MVM.

    ``phases`` of ``reads`` reads and ``conversions`` conversions each; a read lasts ``read`` and then ``gap`` until the
    lines have settled; ``conversion`` is the time of all columns in turn; ``fixed`` is spent once. ``sampled``: results
    wait in samplers, so that the array goes on while they are converted. ``held``: there is nothing to keep a result,
    so the array is driven until it is converted.
    """

    phases: int
    reads: int
    conversions: int
    read: Fraction
    gap: Fraction
    fixed: Fraction
    conversion: Fraction
    sampled: bool
    held: bool

    @property
    def occupancy(self) -> Fraction:
        """From one MVM to the next. For the 64-core chip: 4 + n x (128 + 1) ns, the published 133 and 520 ns."""
        each = (
            max(self._integration, self.conversion) if self.sampled else self._integration + self.conversion
        )
        return self.fixed + self._stages * each

    @property
    def latency(self) -> Fraction:
        """From the start to the last result."""
        return self.occupancy + (min(self._integration, self.conversion) if self.sampled else 0)

    @property
    def active(self) -> Fraction:
        """How long the array is driven."""
        each = self._integration + self.conversion if self.held else self._integration
        return self.fixed + self._stages * each

    @property
    def _stages(self) -> int:
        return self.phases * self.conversions

    @property
    def _integration(self) -> Fraction:
        """Reads that go into one conversion."""
        return self.reads * (self.read + self.gap) / self.conversions
