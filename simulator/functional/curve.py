"""Functions of a conductance as data: pieces of polynomials, logarithms and powers, each within bounds."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from simulator.base.explain import RuleError
from simulator.chip.section import Section

Values = NDArray[np.float64]


class Piece(Section):
    """One formula of the argument a, for a < ``below``.

    ``polynomial``: c0 + c1 a + ...; ``log``: [p, q] is p ln a + q; ``power``: [c, e] is c a^e. ``clip``: [low, high].
    """

    below: float | None = None
    polynomial: list[float] | None = None
    log: tuple[float, float] | None = None
    power: tuple[float, float] | None = None
    clip: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _one_formula(self) -> "Piece":
        if sum(part is not None for part in (self.polynomial, self.log, self.power)) != 1:
            raise RuleError("needs exactly one of polynomial, log, power")
        return self

    def value(self, argument: Values) -> Values:
        """At each argument; infinite at 0 where a logarithm or power is, unless clipped."""
        with np.errstate(divide="ignore"):
            found = self._formula(argument)
        return found if self.clip is None else np.clip(found, *self.clip)

    def _formula(self, argument: Values) -> Values:
        if self.polynomial is not None:
            return np.asarray(np.polynomial.polynomial.polyval(argument, self.polynomial), np.float64)
        if self.log is not None:
            return self.log[0] * np.log(argument) + self.log[1]
        assert self.power is not None
        return self.power[0] * argument ** self.power[1]


class Curve(Section):
    """A function of the share r of g_max, in pieces of rising ``below``, the last without.

    ``argument``: what a formula takes at g_max (1: r itself; 25: uS where g_max is 25 uS). ``full``: what of the
    formula's value is g_max (25: uS there); absent where the value has no unit. One of ``source``, ``derived``,
    ``calibrated``, ``assumption`` says where the coefficients come from.
    """

    pieces: list[Piece] = Field(min_length=1, max_length=8)
    argument: float = Field(default=1.0, gt=0)
    full: float = Field(default=1.0, gt=0)
    fitted: Literal["fitted", "read off a figure", "assumed", "stated"] = "fitted"
    source: str = Field(min_length=1, max_length=500)

    @model_validator(mode="after")
    def _in_order(self) -> "Curve":
        bounds = [piece.below for piece in self.pieces[:-1]]
        if self.pieces[-1].below is not None or None in bounds:
            raise RuleError("every piece but the last needs 'below'", path=("pieces",))
        rising = [bound for bound in bounds if bound is not None]
        if rising != sorted(set(rising)):
            raise RuleError("'below' must rise from piece to piece", path=("pieces",))
        return self

    def __call__(self, share: Values) -> Values:
        """Value over ``full`` at shares of g_max, same shape."""
        argument = share * self.argument
        bounds = [piece.below for piece in self.pieces if piece.below is not None]
        chosen = np.searchsorted(np.array(bounds), argument, side="right")
        found = np.empty_like(argument)
        for number, piece in enumerate(self.pieces):
            inside = chosen == number
            found[inside] = piece.value(argument[inside])
        return found / self.full
