"""Attention on gain cells: keys and values are voltages on capacitors, pulses of queries and scores read them.

Leroux et al., Nature Computational Science 5, 813 (2025). The circuits that turn the charge of a score into a pulse
are the activation function, a hard sigmoid.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import exp

from simulator.parts.attention.common import Unit


@dataclass(frozen=True)
class GainCell(Unit):
    """Times [ps]: ``pulse`` at most, into keys and into values; ``digital`` counts and adds up what comes out;
    ``write`` of a vector; ``decay`` to 1/e.

    Arrays of ``rows`` (values of a head) hold the last ``window`` tokens of each of ``heads`` heads.
    """

    rows: int
    window: int
    pulse: int
    digital: int
    write: int
    decay: int

    @property
    def differs(self) -> str:
        """See ``Unit``."""
        return f"a hard sigmoid in place of the softmax, over the last {self.window:,} tokens"

    def server(self, stage: str) -> str:
        """See ``Unit``: what comes out of the values ends in the digital part; the sigmoid is in the pulses."""
        return {"scores": "scores", "mix": "digital"}.get(stage, "")

    def sequences(self, key_heads: int) -> int:
        """See ``Unit``: every head of every layer has arrays of its own."""
        return self.heads // key_heads

    @property
    def token(self) -> int:
        """Time [ps] from a query to its result, one query a key head, the key being written."""
        return 2 * self.pulse + self.digital

    def left(self, age: int) -> float:
        """Share of a voltage that is left after ``age`` [ps]."""
        return exp(-age / self.decay)


@dataclass(frozen=True)
class Energies:
    """Energies [pJ] of a token and head over a full window: pulses into keys, into values, digital part, writing."""

    scores: Fraction
    mix: Fraction
    digital: Fraction
    write: Fraction

    @property
    def token(self) -> Fraction:
        """All of it."""
        return self.scores + self.mix + self.digital + self.write
