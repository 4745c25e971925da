"""Converters of one file each: a module here that defines a ``ConverterSection`` with a ``kind`` is found by itself.

docs/extending.md writes one.
"""

import pkgutil
from importlib import import_module

from simulator.chip.converter_base import ConverterSection


def converters() -> tuple[type[ConverterSection], ...]:
    """Every kind that the modules of this package define, in the order of their names."""
    found: list[type[ConverterSection]] = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        defined = vars(import_module(f"{__name__}.{module.name}")).values()
        found += [kind for kind in defined if _is_kind(kind)]
    return tuple(found)


def _is_kind(value: object) -> bool:
    own = isinstance(value, type) and issubclass(value, ConverterSection)
    return own and "kind" in value.model_fields  # type: ignore[attr-defined]
