"""Numbers of a program that no int64 holds, told by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from itertools import chain

from simulator.base.errors import InputError
from simulator.program.form import Program
from simulator.program.names import edge_name, stream_name

Item = tuple[str, object]
"""Where something stands, and what."""


@contextmanager
def int64(program: Program) -> Iterator[None]:
    """Where numbers become arrays: raises InputError for the first that does not fit."""
    try:
        yield
    except OverflowError:
        for place, item in _items(program):
            _look(item, place)
        raise


def _items(program: Program) -> Iterator[Item]:
    for resource in program.resources:
        yield f"resource '{resource.name}'", resource
    for s, stream in enumerate(program.streams):
        yield stream_name(program, s), stream
    for segment in program.segments:
        inside = f"in segment '{segment.name}'"
        for s, work in segment.work.items():
            place = f"{stream_name(program, s)} {inside}"
            yield place, work
            for field in ("occupancy", "latency", "priority"):
                yield f"{place}, {field}", getattr(work, field)
        for edge in segment.edges:
            place = f"{stream_name(program, edge.target)} {inside}, {edge_name(program, edge)}"
            yield from ((place, edge), (place, edge.index))


def _look(item: object, place: str) -> None:
    for field in fields(item):  # type: ignore[arg-type]  # all are dataclasses
        value = getattr(item, field.name)
        if field.name == "setup" and value is not None:
            value = tuple(chain.from_iterable(value))
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, int) and not -(1 << 63) <= each < 1 << 63:
                rule = "must be at least -2^63 and below 2^63"
                raise InputError(rule, place=place, field=field.name, value=each)
