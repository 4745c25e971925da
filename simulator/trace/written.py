"""Request patterns as they are written: on the command line, in sweep files."""

from simulator.base.errors import InputError
from simulator.base.units import parse, whole_ps
from simulator.trace.pattern import (
    AtOnce,
    Constant,
    Every,
    Given,
    Listed,
    Poisson,
    RequestPattern,
    Uniform,
)

_ARRIVALS = "Write 'once', 'every:10us', 'poisson:5000' (requests a second) or 'at:0ns,5us,20us'"
_LENGTHS = "Write '64', '16..64' (drawn evenly) or '16,64,32'"


def pattern(
    count: int | None, batch: int | None, arrivals: str | None, length: str | None, seed: int
) -> RequestPattern:
    """A pattern from texts. Raises InputError that names the command line's option."""
    when, lengths = _arrivals(arrivals or "once", seed), _lengths(length, seed)
    if count is None:
        count = len(when.arrivals) if isinstance(when, Given) else 1
    return RequestPattern(count, 1 if batch is None else batch, when, lengths)


def _arrivals(text: str, seed: int) -> AtOnce | Every | Poisson | Given:
    kind, _, rest = text.partition(":")
    try:
        if text == "once":
            return AtOnce()
        if kind == "every":
            return Every(_ps(rest))
        if kind == "poisson":
            return Poisson(float(rest), seed)
        if kind == "at":
            return Given(tuple(_ps(time) for time in rest.split(",")))
    except InputError as error:
        raise InputError(
            error.rule, field="--arrivals", value=text, remedy=error.remedy or _ARRIVALS
        ) from error
    except ValueError:
        pass
    raise InputError("is not an arrival pattern", field="--arrivals", value=text, remedy=_ARRIVALS)


def _ps(text: str) -> int:
    return whole_ps(parse(text, "time").magnitude)


def _lengths(text: str | None, seed: int) -> Constant | Listed | Uniform:
    if text is None:
        return Constant()
    try:
        low, dots, high = text.partition("..")
        if dots:
            return Uniform(int(low), int(high), seed)
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise InputError("is not a length", field="--length", value=text, remedy=_LENGTHS) from error
    return Constant(numbers[0]) if len(numbers) == 1 else Listed(numbers)
