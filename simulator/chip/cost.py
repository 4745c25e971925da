"""A cost and where the figure behind it comes from."""

from dataclasses import dataclass
from fractions import Fraction

from simulator.base.units import Quantity


@dataclass(frozen=True)
class Cost:
    """Energy [pJ] or power [mW], and the provenance of the figure behind it: "derived" once a law has moved it."""

    value: Fraction
    label: str


def cost(figure: Quantity, value: Fraction, *factors: Fraction, moved: bool = False) -> Cost:
    """A figure's label, or "derived" if a law has moved it away from its anchor."""
    moved = moved or any(factor != 1 for factor in factors)
    label = "derived" if moved and figure.label != "assumption" else figure.label
    for factor in factors:
        value *= factor
    return Cost(value, label)
