"""Names of sizes become numbers: ``--dim batch=1``, or ``--dim INPUT.AXIS=1`` for a size without a name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from simulator.base.errors import InputError, did_you_mean, printable
from simulator.workload.onnx.model import Constant, Dimension, Model, Typed
from simulator.workload.schema import MAX_SIZE

_BATCH = re.compile(r"(?i)n|.*batch.*")
"""Outermost sizes of such a name are 1 unless somebody says otherwise."""


_TOLD = 60
"""Longest name, in characters, that complaints repeat whole."""


def sizes(texts: Sequence[str]) -> dict[str, int]:
    """``NAME=VALUE`` as numbers; 0 for an input without values, like an empty past. Raises ``InputError``."""
    found: dict[str, int] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.rpartition("="))
        if not equals or not name or not value.isascii() or not value.isdigit():
            raise InputError("must be NAME=VALUE", field="--dim", value=text, remedy="Like --dim batch=1")
        field = f"--dim {_short(name)}"
        size = int(value.lstrip("0")[:20] or 0)
        if size > MAX_SIZE:
            raise InputError(f"must be 0..{MAX_SIZE}", field=field, value=size)
        if name in found:
            rule = f"is given twice, {found[name]} before"
            raise InputError(rule, field=field, value=size, remedy="Say each size once")
        found[name] = size
    return found


def bound(model: Model, given: Mapping[str, int]) -> dict[str, Typed]:
    """The graph's inputs with every size a number.

    Raises ``InputError`` that lists all sizes that are still open or zero, or names one that does not exist.
    """
    known: set[str] = set()
    open_: dict[str, None] = {}
    zero: list[str] = []
    types = {}
    for name, (dims, element) in model.inputs.items():
        shape = []
        for axis, dim in enumerate(dims):
            label, told = f"{name}.{axis}", f"{_short(name)}.{axis}"
            known |= {label, *([dim] if isinstance(dim, str) else [])}
            size = _size(label, axis, dim, given)
            if size == 0 and not {label, dim} & set(given):
                zero.append(told)
            elif size is None:
                open_[_way(told, dim)] = None
            shape.append(1 if size is None else size)
        types[name] = Typed(tuple(shape), element)
    _check_names(model, given, known)
    _check_sizes(model, "inputs of open size", list(open_))
    _check_sizes(model, "inputs of size 0", zero)
    return types


def without_values(model: Model, inputs: Mapping[str, Typed]) -> tuple[Model, dict[str, Typed]]:
    """Inputs that were bound to nothing are constants of the model, not inputs."""
    empty = {name: typed for name, typed in inputs.items() if 0 in typed.shape}
    held = {name: Constant(typed, partial(np.zeros, typed.shape)) for name, typed in empty.items()}
    rest = {name: typed for name, typed in inputs.items() if name not in empty}
    return replace(model, constants={**model.constants, **held}), rest


def _size(label: str, axis: int, dim: Dimension, given: Mapping[str, int]) -> int | None:
    if label in given:
        return given[label]
    if isinstance(dim, str):
        return given.get(dim, 1 if axis == 0 and _BATCH.fullmatch(dim) else None)
    return dim if isinstance(dim, int) and dim >= 0 else None


def _way(label: str, dim: Dimension) -> str:
    """How to say a size: by its name, or by its place where that is no name to type."""
    return dim if isinstance(dim, str) and len(dim) <= _TOLD and dim.isprintable() else label


def _short(name: str) -> str:
    """A name without what terminals obey, cut where a file or an option has one beyond all sense."""
    text = f"{name}"  # damaged files have names that are bytes
    return printable(text if len(text) <= _TOLD else f"{text[: _TOLD - 3]}...")


def _check_names(model: Model, given: Mapping[str, int], known: set[str]) -> None:
    for name in given:
        if name not in known:
            field, remedy = f"--dim {_short(name)}", did_you_mean(_short(name), map(_short, known))
            raise InputError("no such size in the model", place=model.path, field=field, remedy=remedy)


def _check_sizes(model: Model, what: str, wrong: Sequence[str]) -> None:
    if wrong:
        names = wrong[:20]
        remedy = f"Say {' '.join(f'--dim {name}=SIZE' for name in names[:8])}"
        more = f" and {len(wrong) - 20} more" if len(wrong) > 20 else ""
        raise InputError(f"has {what}: {', '.join(names)}{more}", place=model.path, remedy=remedy)
