"""Edges bound to the books of their sources: what is known of the events that an operation waits for."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from simulator.engine.simpy_engine.book import Book, Reader
from simulator.engine.simpy_engine.plan import Term
from simulator.program.form import NONE, Int


class BoundTerm(NamedTuple):
    """An edge in one inference; ``base``: operations of the source before it."""

    source_of: Callable[[int], int]
    reaches_back: bool
    base: int
    lag: int
    times: list[int]
    term: Term
    book: Book


def bind(terms: Sequence[Term], base: Int, books: Sequence[Book]) -> list[BoundTerm]:
    """The terms of an inference that begins at ``base`` (per stream)."""
    return [
        BoundTerm(
            term.index,
            term.reaches_back,
            int(base[term.source]),
            term.lag,
            books[term.source].times[term.event],
            term,
            books[term.source],
        )
        for term in terms
    ]


def latest(terms: Sequence[BoundTerm], k: int, begin: int, time: int) -> tuple[int, int]:
    """The latest of ``time`` and the known terms of operation k from ``begin`` on.

    Returns the first term that is not known (or how many there are), and the latest so far [ps].
    """
    for place in range(begin, len(terms)):
        source_of, reaches_back, base, lag, times, _, _ = terms[place]
        f = source_of(k)
        if f < 0 and (not reaches_back or f == NONE):
            continue
        operation = base + f
        if operation < 0:
            continue
        if operation >= len(times) or times[operation] < 0:
            return place, time
        time = max(time, times[operation] + lag)
    return len(terms), time


def tell(bound: BoundTerm, k: int, reader: Reader) -> None:
    """Call ``reader`` when the term of operation k is known."""
    bound.book.tell(bound.term.event, bound.base + bound.source_of(k), reader)
