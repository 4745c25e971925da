"""Request patterns as they are written: on the command line, in sweep files."""

from dataclasses import dataclass, replace
from pathlib import Path

from simulator.base.errors import InputError
from simulator.base.units import parse, whole_ps
from simulator.trace.lengths_csv import read_lengths
from simulator.trace.pattern import (
    AtOnce,
    Constant,
    Every,
    Given,
    Lengths,
    Listed,
    Poisson,
    RequestPattern,
    Uniform,
)

_ARRIVALS = "Write 'once', 'every:10us', 'poisson:5000' (requests a second) or 'at:0ns,5us,20us'"
_LENGTHS = "Write '64', '16..64' (drawn evenly) or '16,64,32'"


@dataclass(frozen=True)
class Written:
    """A request pattern as options say it; None: as usual."""

    count: int | None = None
    batch: int | None = None
    length: str | None = None
    arrivals: str | None = None
    prompt_length: str | None = None
    output_length: str | None = None
    requests: Path | None = None


def pattern(written: Written, seed: int) -> RequestPattern:
    """A pattern from texts. Raises InputError that names the command line's option."""
    if written.requests is not None:
        return replace(_given(written, written.requests), seed=seed)
    if (written.prompt_length is None) != (written.output_length is None):
        rule = "go together: how many tokens are read, how many generated"
        raise InputError(rule, field="--prompt-length, --output-length")
    if written.output_length is not None and written.length is not None:
        raise InputError("cannot be combined with --output-length", field="--length", value=written.length)
    when = _arrivals(written.arrivals or "once", seed)
    count = written.count
    if count is None:
        count = len(when.arrivals) if isinstance(when, Given) else 1
    prompts, outputs = (
        _lengths(text, seed, name)
        for name, text in (("prompt-length", written.prompt_length), ("output-length", written.output_length))
    )
    batch = 1 if written.batch is None else written.batch
    generates = written.output_length is not None
    lengths = _lengths(written.length, seed, "length")
    return RequestPattern(count, batch, when, lengths, prompts, outputs if generates else None, seed)


def _given(written: Written, path: Path) -> RequestPattern:
    """Requests from a CSV, which says when they arrive and how long they are."""
    for name in ("length", "arrivals", "prompt_length", "output_length"):
        if getattr(written, name) is not None:
            rule = f"cannot be combined with --{name.replace('_', '-')}"
            raise InputError(
                rule, field="--requests", value=str(path), remedy="The file says when and how long"
            )
    found = read_lengths(path, written.count)
    if written.count not in (None, len(found.arrivals)):
        rule = f"must not be more than the {len(found.arrivals)} requests of {path}"
        raise InputError(rule, field="--count", value=written.count)
    batch = 1 if written.batch is None else written.batch
    prompts, outputs = Listed(found.prompts), Listed(found.outputs)
    return RequestPattern(
        len(found.arrivals),
        batch,
        Given(found.arrivals),
        prompts=prompts,
        outputs=outputs,
        file=str(path),
        lines=found.lines,
    )


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


def _lengths(text: str | None, seed: int, option: str) -> Lengths:
    if text is None:
        return Constant()
    try:
        low, dots, high = text.partition("..")
        if dots:
            return Uniform(int(low), int(high), seed, "lengths" if option == "length" else option)
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise InputError("is not a length", field=f"--{option}", value=text, remedy=_LENGTHS) from error
    return Constant(numbers[0]) if len(numbers) == 1 else Listed(numbers)
