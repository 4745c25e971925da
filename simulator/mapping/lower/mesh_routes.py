"""Circuits on a mesh: multicast trees that share no link with others of the same step."""

from collections import deque
from collections.abc import Collection, Iterator, Sequence, Set

from simulator.chip.topology import Topology

Link = tuple[str, str]


def tree(
    topology: Topology, source: str, targets: Sequence[str], taken: Set[Link], rather_not: Set[Link]
) -> list[Link] | None:
    """Links from a source to all targets, each reached from what is there already by the fewest free links.

    ``taken`` links carry another vector in the same step; those of ``rather_not`` carry one in another step and are
    used only where there is no other way. None where some target cannot be reached.
    """
    for avoided in (taken | rather_not, taken):
        links = _grown(topology, source, targets, avoided)
        if links is not None:
            return links
    return None


def _grown(topology: Topology, source: str, targets: Sequence[str], avoided: Set[Link]) -> list[Link] | None:
    reached, links = {source: None}, list[Link]()
    for target in targets:
        path = _path(topology, reached, target, avoided)
        if path is None:
            return None
        links += path
        reached |= dict.fromkeys(end for _, end in path)
    return links


def _path(topology: Topology, sources: Collection[str], target: str, avoided: Set[Link]) -> list[Link] | None:
    """Shortest path from any of the sources; ties go to the source reached first and the link listed first."""
    before: dict[str, str] = {}
    queue = deque(sources)
    while queue:
        node = queue.popleft()
        if node == target:
            return list(_back(before, target))[::-1]
        for after in topology.after.get(node, ()):
            if after not in before and after not in sources and (node, after) not in avoided:
                before[after] = node
                queue.append(after)
    return None


def _back(before: dict[str, str], node: str) -> Iterator[Link]:
    while node in before:
        yield before[node], node
        node = before[node]
