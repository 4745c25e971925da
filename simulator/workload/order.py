"""Layers in an order in which every input is known before it is read; delayed inputs do not count."""

from collections.abc import Mapping

from simulator.base.explain import RuleError
from simulator.workload.schema import LayerSpec


def topological(specs: Mapping[str, LayerSpec]) -> list[str]:
    """Names, inputs first, otherwise as written. Raises ``RuleError`` that names a cycle."""
    done: dict[str, None] = {}
    for root in specs:
        _visit(root, specs, done)
    return list(done)


def undelayed(spec: LayerSpec) -> list[str]:
    """Layers read in the same time step."""
    return [source.layer for source in spec.sources if not source.delay]


def _visit(root: str, specs: Mapping[str, LayerSpec], done: dict[str, None]) -> None:
    if root in done:
        return
    path = {root: iter(undelayed(specs[root]))}
    while path:
        name = next(reversed(path))
        pending = next((layer for layer in path[name] if layer not in done), None)
        if pending is None:
            done[name] = None
            del path[name]
        elif pending in path:
            raise _cycle([*path, pending])
        else:
            path[pending] = iter(undelayed(specs[pending]))


def _cycle(walk: list[str]) -> RuleError:
    loop = walk[walk.index(walk[-1]) :]
    shown = " <- ".join(loop if len(loop) <= 10 else [*loop[:8], "...", loop[-1]])
    remedy = "Read one of them a step later: {layer: NAME, delay: 1}"
    return RuleError(
        "layers must not read each other in a circle", path=(loop[0],), value=shown, remedy=remedy
    )
