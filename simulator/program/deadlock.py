"""Why a run cannot go on: the cycle of waits, named from the final state that both engines share."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simulator.program.form import NONE, Edge, Event, Inference, Int, Kind, Program, Scope
from simulator.program.names import stream_name
from simulator.program.numbers import LATEST
from simulator.program.sharing import clocks, longest_setup
from simulator.program.tables import NO_GAP, NO_TABLE, Tables, bases

_LONGEST = 24
"""Steps of a cycle that are printed."""

Node = tuple[int, int, Event]
"""Stream, operation over the run, and which of its events has not come."""

Step = tuple[Node | None, str]
"""What a node waits for, and how that reads."""


def patience(tables: Tables) -> int:
    """How long background work may go on alone before a run counts as deadlocked [ps].

    A thousand rounds of all background streams, set-ups and clock periods: far more than first come,
    first served can need, so only background work of higher priority gets that far. No foreground lasts longer
    than ``LATEST``.
    """
    behind = np.flatnonzero(tables.stream.every)
    if len(behind) == 0:
        return 0
    occupancy = tables.occupancy.base[0].copy()
    tabled = tables.occupancy.table[0] != NO_TABLE
    occupancy[tabled] = tables.pool[tables.occupancy.table[0][tabled]]
    rounds: int = sum(tables.stream.every[behind].tolist()) + sum(occupancy[behind].tolist())
    return min(1000 * (rounds + longest_setup(tables) + int(clocks(tables)[0].max())), LATEST)


def explain(program: Program, tables: Tables, schedule: Sequence[Inference], granted: Int) -> str:
    """The cycle of waits at the end of a run that stalled.

    ``granted``: operations granted per stream, background ignored; everything known has come to pass.
    The walk starts from the lowest blocked stream and follows the first blocking term: order, then WAIT
    edges as given, then resources; of several holders the lowest.
    """
    state = _State(program, tables, schedule, granted)
    path, steps = [state.first()], []
    while True:
        following, text = state.step(path[-1])
        steps.append(f"{state.name(path[-1])} {text}")
        if following is None or following in path:
            break
        path.append(following)
    begin = path.index(following) if following is not None else 0
    head = "The cycle of waits" if following is not None else "The waits"
    return f"deadlock after {state.progress()}. {head}:\n" + "\n".join(_cut(steps[begin:]))


def _cut(lines: list[str]) -> Iterator[str]:
    for line in lines[:_LONGEST]:
        yield f"  {line}"
    if len(lines) > _LONGEST:
        yield f"  ... and {len(lines) - _LONGEST} more"


@dataclass(frozen=True)
class _State:
    """What is known and what is not when nothing moves any more."""

    program: Program
    tables: Tables
    schedule: Sequence[Inference]
    granted: Int

    @cached_property
    def base(self) -> Int:
        """Operations before each inference, shape (inferences + 1, streams)."""
        return bases(self.tables, self.schedule)

    def progress(self) -> str:
        """How far the foreground came."""
        front = self.tables.stream.every == 0
        return f"{int(self.granted[front].sum()):,} of {int(self.base[-1].sum()):,} operations"

    def first(self) -> Node:
        """The event that the lowest blocked stream waits for."""
        short = np.flatnonzero((self.granted < self.base[-1]) & (self.tables.stream.every == 0))
        if len(short):
            return self.next_of(int(short[0]))
        return (*min(self.unfree), Event.FREE)

    def next_of(self, stream: int) -> Node:
        """START of the first operation that was not granted."""
        return stream, int(self.granted[stream]), Event.START

    @cached_property
    def unfree(self) -> set[tuple[int, int]]:
        """Granted operations whose FREE is not known; only edges of kind HOLD keep it."""
        unknown = {(s, g) for s in self._holding() for g in self._last_granted(s)}
        while freed := {x for x in unknown if not any(self._open(x, unknown))}:
            unknown -= freed
        return unknown

    def _holding(self) -> list[int]:
        edge = self.tables.edge
        return [int(s) for s in np.unique(edge.target[edge.kind == Kind.HOLD])]

    def _last_granted(self, s: int) -> range:
        """No more than the servers of its resources can be held at once, and one without a gap."""
        table = self.tables.stream
        own = table.resource[table.resource_from[s] : table.resource_from[s + 1]]
        most = 1 if table.gap[s] == NO_GAP else int(self.tables.resource.capacity[own].min())
        return range(max(0, int(self.granted[s]) - most), int(self.granted[s]))

    def _open(self, operation: tuple[int, int], unknown: set[tuple[int, int]]) -> Iterator[bool]:
        for node, _ in self.sources(*operation, Kind.HOLD):
            yield not self._known(node, unknown)

    def _known(self, node: Node, unknown: set[tuple[int, int]]) -> bool:
        stream, operation, event = node
        return operation < self.granted[stream] and (
            event != Event.FREE or (stream, operation) not in unknown
        )

    def sources(self, s: int, g: int, kind: Kind) -> Iterator[tuple[Node, Edge]]:
        """Events that edges of this kind into operation g of stream s look at, as given."""
        i = int(np.searchsorted(self.base[:, s], g, side="right")) - 1
        q, edge = self.schedule[i].segment, self.tables.edge
        for row in range(edge.into[q, s], edge.into[q, s + 1]):
            source = int(edge.source[row])
            j = self._operation(row, i, g - int(self.base[i, s]))
            if edge.kind[row] == kind and j is not None:
                yield (source, j, Event(edge.event[row])), self.program.segments[q].edges[edge.given[row]]

    def _operation(self, row: int, i: int, k: int) -> int | None:
        """Source operation over the run, None for no dependency."""
        edge, at = self.tables.edge, int(self.tables.edge.table[row])
        affine = (int(edge.scale[row]) * k + int(edge.offset[row])) // int(edge.divisor[row])
        f = affine if at == NO_TABLE else int(self.tables.pool[at + k])
        source = int(edge.source[row])
        left_out = f >= int(self.base[i + 1, source] - self.base[i, source])
        if f == NONE or left_out or (f < 0 and edge.scope[row] == Scope.INFERENCE):
            return None
        j = int(self.base[i, edge.source[row]]) + f
        return j if j >= 0 else None

    def step(self, node: Node) -> Step:
        """What the event waits for."""
        s, g, event = node
        if g < self.granted[s]:
            return self._edge_step(s, g, Kind.HOLD, "is held")
        if self._ordered(s, g):
            return (
                s,
                g - 1,
                Event.FREE,
            ), f"comes after {self.name((s, g - 1, event))}, which is not released"
        if self.requests(s):
            return self._resource_step(s)
        return self._edge_step(s, g, Kind.WAIT, "waits")

    def _ordered(self, s: int, g: int) -> bool:
        """Whether the operation waits for the release of its predecessor."""
        return self.tables.stream.gap[s] == NO_GAP and (s, g - 1) in self.unfree

    def _edge_step(self, s: int, g: int, kind: Kind, verb: str) -> Step:
        for node, edge in self.sources(s, g, kind):
            if not self._known(node, self.unfree):
                word = "until" if kind == Kind.HOLD else "for"
                return self._behind(node, f"{verb} ({edge.cause}) {word} {node[2].name} of {self.name(node)}")
        raise AssertionError(f"nothing blocks operation {g} of stream {s}")

    def _behind(self, node: Node, text: str) -> Step:
        """The event itself, or the START at which its stream stands still."""
        stream, operation, _ = node
        if operation < self.granted[stream]:
            return node, text
        first = self.next_of(stream)
        late = "" if operation == first[1] else f", which comes after {self.name(first)}"
        return first, text + late

    def requests(self, s: int) -> bool:
        """Whether all that the next operation waits for has come, but for its resources."""
        g = int(self.granted[s])
        if self.tables.stream.every[s] or g >= self.base[-1, s] or self._ordered(s, g):
            return False
        return all(self._known(node, self.unfree) for node, _ in self.sources(s, g, Kind.WAIT))

    def resources(self, s: int) -> Iterable[int]:
        """Resources of a stream."""
        table = self.tables.stream
        return [int(r) for r in table.resource[table.resource_from[s] : table.resource_from[s + 1]]]

    def holders(self, r: int) -> list[tuple[int, int]]:
        """Operations that keep servers of resource r for an unknown time."""
        return sorted(x for x in self.unfree if r in self.resources(x[0]))

    def _full(self, s: int) -> int | None:
        """The first resource of a stream without a server that will ever be free."""
        for r in self.resources(s):
            if len(self.holders(r)) >= self.tables.resource.capacity[r]:
                return r
        return None

    def _resource_step(self, s: int) -> Step:
        r = self._full(s)
        if r is not None:
            holder = (*self.holders(r)[0], Event.FREE)
            return holder, f"waits for '{self.program.resources[r].name}', held by {self.name(holder)}"
        ahead = self._ahead(s)
        if ahead is None:
            return None, f"waits for {self._names(self.resources(s))}, which background work keeps from it"
        both = self._names(r for r in self.resources(s) if r in self.resources(ahead))
        return self.next_of(ahead), f"stands in line for {both} with {self.name(self.next_of(ahead))}"

    def _names(self, resources: Iterable[int]) -> str:
        return " and ".join(f"'{self.program.resources[r].name}'" for r in resources)

    def _ahead(self, s: int) -> int | None:
        """The neighbour in line that is nearest to a request whose resource is held for ever.

        Requests are served in one order over all resources, so the first of those in line is such a one.
        """
        reached, wave = {s}, [(o, o) for o in self._line(s)]
        while wave:
            for stream, _ in wave:
                reached.add(stream)
            for stream, hop in wave:
                if self._full(stream) is not None:
                    return hop
            wave = [(o, hop) for stream, hop in wave for o in self._line(stream) if o not in reached]
        return None

    def _line(self, s: int) -> list[int]:
        """Other streams with a request for a resource of stream s."""
        own = set(self.resources(s))
        others = (o for o in range(len(self.granted)) if o != s and own & set(self.resources(o)))
        return [o for o in others if self.requests(o)]

    def name(self, node: Node) -> str:
        """``operation 3 of inference 0 of stream 'mvm' (layer 'conv1', unit 'tile 0.3')``."""
        s, g, _ = node
        i = int(np.searchsorted(self.base[:, s], g, side="right")) - 1
        return f"operation {g - int(self.base[i, s])} of inference {i} of {stream_name(self.program, s)}"
