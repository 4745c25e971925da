"""Which operation of a producer a consumer's operation k needs, as edge indices."""

import numpy as np

from simulator.mapping.split import Chain
from simulator.program.form import Index, Int
from simulator.workload.graph import Layer, Source
from simulator.workload.window import first_read, last_read


def last_index(consumer: Layer, source: Source, producer: Layer) -> Index:
    """Index of the latest producer position that the consumer's position k reads."""
    if producer.kind == "input":
        return Index(scale=0)
    if source.delay:
        return Index(-source.delay)
    if source.reach == "past":
        return _past(consumer, producer)
    if consumer.window is not None and not source.reach:
        return Index(table=_in_order(consumer, producer)[1])
    if consumer.positions == producer.positions and not source.reach:
        return Index()
    return Index(scale=0, offset=producer.positions - 1)


def _past(consumer: Layer, producer: Layer) -> Index:
    """Position k behind those of a past, the last one where the producer has fewer."""
    if consumer.positions <= producer.positions:
        return Index(producer.positions - consumer.positions)
    return Index(table=_up_to_now(consumer, producer))


def _up_to_now(consumer: Layer, producer: Layer) -> Int:
    before = max(producer.positions - consumer.positions, 0)
    return np.minimum(before + np.arange(consumer.positions, dtype=np.int64), producer.positions - 1)


def of_copy(index: Index, chain: Chain) -> Index:
    """The index for a copy whose operation k computes position copy + k * copies."""
    if index.table is not None:
        return Index(table=np.ascontiguousarray(index.table[chain.copy :: chain.copies]))
    offset = index.scale * chain.copy + index.offset
    return Index(offset, index.scale * chain.copies, index.divisor)


def reads(consumer: Layer, source: Source, producer: Layer) -> tuple[Int, Int]:
    """Earliest and latest producer position that each consumer position reads; both of shape (positions,)."""
    steps = np.arange(consumer.positions, dtype=np.int64)
    if source.delay:
        return steps - source.delay, steps - source.delay
    if source.reach == "past":
        return np.zeros_like(steps), _up_to_now(consumer, producer)
    if consumer.window is not None and not source.reach:
        return _in_order(consumer, producer)
    if consumer.positions == producer.positions and not source.reach:
        return steps, steps
    return np.zeros_like(steps), np.full_like(steps, producer.positions - 1)


def _in_order(consumer: Layer, producer: Layer) -> tuple[Int, Int]:
    """First and last positions read up to now and from now on: at the lower edge a window reads less far again."""
    first = np.minimum.accumulate(first_read(consumer, producer)[::-1])[::-1]
    return np.ascontiguousarray(first), np.maximum.accumulate(last_read(consumer, producer))


def released_by(first: Int, positions: int) -> Int:
    """Per producer position: the last consumer position that may still read it (-1: nobody)."""
    return np.searchsorted(first, np.arange(positions), side="right").astype(np.int64) - 1


def credit_index(released: Int, consumers: int, capacity: int) -> Index:
    """Index for scope GLOBAL: before position p is sent, whoever may read position p - capacity is done."""
    positions = len(released)
    earlier, rest = np.divmod(np.arange(positions) - capacity, positions)
    return Index(table=np.maximum.accumulate(released[rest] + earlier * consumers))
