"""Names of sizes become numbers: ``--dim batch=1``, or ``--dim INPUT.AXIS=1`` for a size without a name."""

import re
from collections.abc import Mapping, Sequence

from simulator.base.errors import InputError, did_you_mean
from simulator.workload.onnx.model import Dimension, Model, Typed
from simulator.workload.schema import MAX_SIZE

_BATCH = re.compile(r"(?i)n|.*batch.*")
"""Outermost sizes of such a name are 1 unless somebody says otherwise."""


def sizes(texts: Sequence[str]) -> dict[str, int]:
    """``NAME=VALUE`` as numbers. Raises ``InputError``."""
    found: dict[str, int] = {}
    for text in texts:
        name, equals, value = text.rpartition("=")
        if not equals or not name or not value.strip().isascii() or not value.strip().isdigit():
            raise InputError("must be NAME=VALUE", field="--dim", value=text, remedy="Like --dim batch=1")
        if not 1 <= int(value[:20]) <= MAX_SIZE:
            raise InputError(f"must be 1..{MAX_SIZE}", field=f"--dim {name}", value=int(value[:20]))
        found[name.strip()] = int(value)
    return found


def bound(model: Model, given: Mapping[str, int]) -> dict[str, Typed]:
    """The graph's inputs with every size a number.

    Raises ``InputError`` that lists all sizes that are still open, or names one that does not exist.
    """
    known: set[str] = set()
    open_: dict[str, None] = {}
    types = {}
    for name, (dims, element) in model.inputs.items():
        shape = []
        for axis, dim in enumerate(dims):
            label = f"{name}.{axis}"
            known |= {label, *([dim] if isinstance(dim, str) else [])}
            size = _size(label, axis, dim, given)
            if size is None:
                open_[dim if isinstance(dim, str) else label] = None
            shape.append(size or 1)
        types[name] = Typed(tuple(shape), element)
    _check(model, given, known, list(open_))
    return types


def _size(label: str, axis: int, dim: Dimension, given: Mapping[str, int]) -> int | None:
    if label in given:
        return given[label]
    if isinstance(dim, str):
        return given.get(dim, 1 if axis == 0 and _BATCH.fullmatch(dim) else None)
    return dim if dim is not None and dim > 0 else None


def _check(model: Model, given: Mapping[str, int], known: set[str], open_: Sequence[str]) -> None:
    for name in given:
        if name not in known:
            remedy = did_you_mean(name, known)
            raise InputError(
                "no such size in the model", place=model.path, field=f"--dim {name}", remedy=remedy
            )
    if open_:
        remedy = f"Say {' '.join(f'--dim {name}=SIZE' for name in open_[:8])}"
        names = ", ".join(open_[:20])
        raise InputError(f"has inputs of open size: {names}", place=model.path, remedy=remedy)
