"""The chip and the placement of a run as YAML that can be run again."""

from collections.abc import Mapping
from typing import Any

import yaml

PLACEMENT = "placement.yaml"


class _Dumper(yaml.SafeDumper):
    """Quotes whatever could be read as a number: YAML versions disagree on those."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    numeric = text[:1] in "+-.0123456789" and not text[-1:].isalpha()
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if numeric else None)


_Dumper.add_representer(str, _text)


def chip_yaml(data: Mapping[str, Any]) -> str:
    """Merged chip data as a file that stands alone, beside its placement."""
    return _dump({**data, "placements": [PLACEMENT]})


def chip_alone_yaml(data: Mapping[str, Any]) -> str:
    """Merged chip data as a file that stands alone, with no placement beside it."""
    return _dump({**data, "placements": []})


def placement_yaml(workload: str, places: Mapping[str, list[list[str]]]) -> str:
    """A placement file of tiles per layer and column group."""
    rows = {
        layer: [" ".join(map(coordinates, group)) for group in groups] for layer, groups in places.items()
    }
    return _dump({"workload": workload, "place": rows})


def coordinates(tile: str) -> str:
    """``tile[3,4]`` -> ``3,4``, ``c2/tile[3,4]`` -> ``2/3,4``, ``w2/tile[3,4]`` -> ``w2/3,4``, tiers likewise."""
    chip, _, name = tile.rpartition("/")
    place = name.partition("[")[2].rstrip("]")
    return f"{chip.lstrip('c')}/{place}" if chip else place


def _dump(data: Mapping[str, Any]) -> str:
    return yaml.dump(dict(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
