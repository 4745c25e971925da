from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from simulator.base.explain import RuleError
from simulator.base.yaml_file import explain, parse


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Ramp(Strict):
    kind: Literal["ramp"]
    ramp: int = 1
    bits: Annotated[int, Field(ge=1, le=12)]


class Flash(Strict):
    kind: Literal["flash"]
    levels: Annotated[list[int], Field(min_length=2, max_length=3)]


class Tile(Strict):
    converter: Annotated[Ramp | Flash, Field(discriminator="kind")] | None = None
    mode: Literal["one_phase", "four_phase"] = "one_phase"
    size: int | list[int] = 1
    offset: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0

    @model_validator(mode="after")
    def _check(self) -> "Tile":
        if self.offset == 7:
            raise RuleError("must not be 7", path=("offset",), value=7, remedy="Use 8")
        if self.offset == 9:
            raise ValueError("offset must not be 9")
        return self


class Chip(Strict):
    name: str
    on: bool = False
    tiles: dict[str, Tile] = {}
    parts: list[Annotated[Ramp | Flash, Field(discriminator="kind")]] = []


def complaints(text: str) -> list[str]:
    document = parse(text, "c.yaml")
    with pytest.raises(ValidationError) as caught:
        Chip.model_validate(document.data)
    errors = explain(caught.value, document, Chip)
    assert errors.exit_code == 2
    assert str(errors) == "\n".join(map(str, errors.errors))
    return [str(error) for error in errors.errors]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "nam: a",
            ["c.yaml:1: name: must be given", "c.yaml:1: nam: is not a known key. Did you mean 'name'?"],
        ),
        ("name: a\non: maybe", ["c.yaml:2: on: must be true or false, got 'maybe'"]),
        ("name: 1", ["c.yaml:1: name: must be text, got 1"]),
        ("name: a\ntiles: [1]", ["c.yaml:2: tiles: must be a mapping, got [1]"]),
        ("name: a\ntiles: ~", ["c.yaml:2: tiles: must be a mapping, got 'null'"]),
        ("name: a\nparts: {a: 1}", ["c.yaml:2: parts: must be a list, got 'a mapping'"]),
        (
            "name: a\ntiles:\n  t:\n    mode: one-phase",
            [
                "c.yaml:4: tiles.t.mode: must be one of one_phase, four_phase, got 'one-phase'. "
                "Did you mean 'one_phase'?"
            ],
        ),
        (
            "name: a\ntiles:\n  t:\n    converter:\n      kind: ramp\n      bit: 3",
            [
                "c.yaml:4: tiles.t.converter.bits: must be given",
                "c.yaml:6: tiles.t.converter.bit: is not a known key. Did you mean 'bits'?",
            ],
        ),
        (
            "name: a\nparts:\n  - {kind: ramp, ramp: x, bits: 13}",
            [
                "c.yaml:3: parts.0.ramp: must be an integer, got 'x'",
                "c.yaml:3: parts.0.bits: must be at most 12, got 13",
            ],
        ),
        (
            "name: a\nparts:\n  - kind: rump",
            ["c.yaml:3: parts.0.kind: must be one of ramp, flash, got 'rump'. Did you mean 'ramp'?"],
        ),
        ("name: a\nparts:\n  - bits: 1", ["c.yaml:3: parts.0.kind: must be given"]),
        (
            "name: a\nparts:\n  - kind: flash\n    levels: [1]",
            ["c.yaml:4: parts.0.levels: must have at least 2 entries, got [1]"],
        ),
        (
            "name: a\ntiles:\n  t: {size: big}",
            ["c.yaml:3: tiles.t.size: must be an integer or a list, got 'big'"],
        ),
        ("name: a\ntiles:\n  t: {size: [1, x]}", ["c.yaml:3: tiles.t.size.1: must be an integer, got 'x'"]),
        ("name: a\ntiles:\n  t: {offset: -1}", ["c.yaml:3: tiles.t.offset: must be greater than 0, got -1"]),
        ("name: a\ntiles:\n  t: {offset: .inf}", ["c.yaml:3: tiles.t.offset: must be a number, got '.inf'"]),
        ("name: a\ntiles:\n  t: {offset: 7}", ["c.yaml:3: tiles.t.offset: must not be 7, got 7. Use 8"]),
        ("name: a\ntiles:\n  t: {offset: 9}", ["c.yaml:3: tiles.t: offset must not be 9, got 'a mapping'"]),
    ],
)
def test_each_complaint_names_place_field_value_rule_and_remedy(text, expected):
    assert complaints(text) == expected


def test_a_flood_of_errors_is_cut():
    lines = "\n".join(f"k{number}: 1" for number in range(500))
    got = complaints("name: a\n" + lines)
    assert len(got) == 21
    assert got[0] == "c.yaml:2: k0: is not a known key. Known: name, on, parts, tiles"
    assert got[-1] == "c.yaml: 480 more errors are not shown"
