"""Placement files: which tiles the column groups of each layer take."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from simulator.base.errors import InputError
from simulator.base.explain import explain
from simulator.base.yaml_file import load
from simulator.chip.reader import ChipFile
from simulator.chip.topology import chip_of, tile_name
from simulator.mapping.plan import Place

_TILE = r"(w?\d{1,2}/)?(t\d{1,4}/)?\d{1,4},\d{1,4}"
Group = Annotated[str, Field(pattern=rf"^{_TILE}( {_TILE})*$")]


class PlacementFile(BaseModel):
    """``place``: layer -> column groups, each the tiles of its chain as "row,column row,column ...".

    On several chips each tile is "chip/row,column", with several sets of weights in turn "wset/row,column", on a tier
    "ttier/row,column".
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    workload: str
    place: dict[str, list[Group]]


def read_placement(path: Path) -> tuple[str, Place]:
    """Name of the workload and tiles per layer and column group."""
    document = load(path)
    try:
        file = PlacementFile.model_validate(document.data)
    except ValidationError as error:
        raise explain(error, document, PlacementFile) from error
    return file.workload, {
        layer: [[_tile(pair) for pair in group.split()] for group in groups]
        for layer, groups in file.place.items()
    }


def find_placement(chip_file: ChipFile, workload: str, given: Path | None) -> tuple[Place | None, str]:
    """The placement to use and where it comes from; (None, "") if it is to be found automatically."""
    if given is not None:
        name, place = read_placement(given)
        if name != workload:
            raise InputError(
                f"is a placement of '{name}', not of '{workload}'", place=str(given), field="workload"
            )
        return place, str(given)
    for entry in chip_file.chip.placements:
        path = _beside(chip_file, entry)
        name, place = read_placement(path)
        if name == workload:
            return place, str(path)
    return None, ""


def _beside(chip_file: ChipFile, entry: str) -> Path:
    """A path relative to the chip file that stays in its folder."""
    folder = chip_file.path.parent.resolve()
    path = chip_file.path.parent / entry
    if not path.resolve().is_relative_to(folder):
        raise InputError(
            "must stay in the chip file's folder", place=str(chip_file.path), field="placements", value=entry
        )
    return path


def _tile(pair: str) -> str:
    *above, place = pair.split("/")
    row, column = map(int, place.split(","))
    named = [f"c{int(part)}" if part.isdigit() else f"{part[0]}{int(part[1:])}" for part in above]
    return "/".join([*named, tile_name(row, column)])


def chips_of(place: Place) -> int:
    """How many chips a placement is for."""
    return max((chip_of(tile) for groups in place.values() for group in groups for tile in group), default=1)


def takes_turns(place: Place) -> bool:
    """Whether a placement is one of sets of weights in turn."""
    return any(tile.startswith("w") for groups in place.values() for group in groups for tile in group)
