"""Digital machines to stand beside a chip; their figures are in ``baselines.yaml``, each with its source."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from simulator.base.errors import InputError, did_you_mean
from simulator.base.yaml_file import explain, load
from simulator.chip.leaf import Area, Data, DataRate, Length, OperationRate, Power
from simulator.chip.section import Section

Precision = Literal["int8", "fp16", "fp32"]
BYTES: dict[Precision, int] = {"int8": 1, "fp16": 2, "fp32": 4}
"""Of a weight, a key, a value."""


class Machine(Section):
    """One die: area, node, peak [op/s] by precision, bandwidth of its memory, TDP, measured power when busy.

    ``memory``: what it holds; None: not told, so nothing is said to be too large.
    """

    name: str
    die: Area
    node: Length
    peak: dict[Precision, OperationRate]
    bandwidth: DataRate
    memory: Data | None = None
    power: Power
    busy: Power | None = None


class _File(Section):
    machines: dict[str, Machine]


@cache
def machines() -> dict[str, Machine]:
    """All of them by their short names."""
    path = Path(__file__).with_name("baselines.yaml")
    document = load(path)
    try:
        return _File.model_validate(document.data).machines
    except ValidationError as error:
        raise explain(error, document, _File) from error


def named(text: str) -> dict[str, Machine]:
    """Those that a text such as ``h100,a100`` names. Raises InputError."""
    known = machines()
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in known:
            rule = f"must be among {', '.join(known)}"
            raise InputError(rule, field="--against", value=name, remedy=did_you_mean(name, known))
    return {name: known[name] for name in names}
