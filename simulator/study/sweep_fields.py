"""What can be swept: is this a field, and can it take this value? Rules between fields are left to each point."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from simulator.base.document import Document, Mark
from simulator.base.errors import InputError, did_you_mean
from simulator.base.explain import explain
from simulator.chip.schema import Chip
from simulator.study import points_product
from simulator.study.points import FIELDS, ideal, is_of_chip, mapping, requests
from simulator.study.points_workload import NO_FIELDS, SIZES
from simulator.workload.schema import Description

_CHOICE = "must be one of "


@dataclass(frozen=True)
class Space:
    """Fields of the chips and workloads of a sweep.

    ``chips``, ``workloads``: name of the file -> plain data; ``models``: names of the ONNX models among the workloads.
    """

    chips: Mapping[str, Any]
    workloads: Mapping[str, Any]
    models: Sequence[str] = ()

    def check(self, field: str, value: Any) -> None:
        """Raises InputError (field, value, rule, remedy) unless the field exists and can take the value."""
        if field == "allow_host":
            self._check_models(field)
            if not isinstance(value, bool):
                raise InputError("must be true or false", field=field, value=value)
        elif field in FIELDS:
            _check_own(field, value)
        elif field.startswith("dim."):
            self._check_size(field, value)
        elif field.startswith("workload."):
            if self.models:
                raise InputError(f"{self.models[0]} {NO_FIELDS}", field=field, remedy=SIZES)
            self._check_schema(Description, field, "workload.", self.workloads, value)
        elif is_of_chip(field):
            self._check_schema(Chip, field, "", self.chips, value)
        else:
            raise InputError("no such field", field=field, remedy=did_you_mean(field, FIELDS))

    def _check_models(self, field: str) -> None:
        if not self.models:
            raise InputError("is for ONNX models only, and no workload is one", field=field)

    def _check_size(self, field: str, value: Any) -> None:
        """An open size of a model."""
        self._check_models(field)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise InputError("must be a whole number from 1", field=field, value=value)

    def _check_schema(
        self, model: type[BaseModel], field: str, prefix: str, files: Mapping[str, Any], value: Any
    ) -> None:
        keys = field.removeprefix(prefix).split(".")
        found = list(_annotations([model], keys))
        for name, data in files.items():
            if not found or not _there(data, keys[:-1]):
                names = [f"{prefix}{known}" for known in _names(data)]
                where = f"no such field in {name}" if found else "no such field"
                raise InputError(where, field=field, remedy=_nearest(field, [*names, *FIELDS]))
        if not (isinstance(value, dict) and any(_is_model(annotation) for annotation in found)):
            _check_value(field, found, value)


def _check_own(field: str, value: Any) -> None:
    if field == "ideal":
        ideal(value)
    elif field.startswith("requests."):
        others: dict[str, Any] = {}
        if field.endswith("length"):
            others["requests.count"] = len(str(value).split(","))
        if field != "requests.length" and field.endswith("length"):
            names = ("requests.prompt_length", "requests.output_length")
            others |= dict.fromkeys(names, value)
        requests({**others, field: value})
    elif field in points_product.FIELDS:
        points_product.asked({field: value})
    elif field == "mapping.tiles":
        mapping({field: value, "mapping.placement": "balanced"})
    else:
        mapping({field: value})


def _annotations(current: list[Any], keys: list[str]) -> Iterator[Any]:
    """Types that a field can have: several where a section comes in kinds."""
    if not keys:
        yield from current
        return
    found: list[Any] = []
    for annotation in current:
        for member in _members(annotation):
            if _is_model(member):
                fields = member.model_fields.items()
                found += [
                    Annotated[info.annotation, info] for name, info in fields if keys[0] in (name, info.alias)
                ]
            elif get_origin(member) is dict:
                found.append(get_args(member)[1])
    yield from _annotations(found, keys[1:]) if found else ()


def _members(annotation: Any) -> list[Any]:
    """Alternatives of a type, without its annotations."""
    if get_origin(annotation) is Annotated:
        return _members(get_args(annotation)[0])
    if get_origin(annotation) is Union or type(annotation).__name__ == "UnionType":
        return [member for part in get_args(annotation) for member in _members(part)]
    return [annotation]


def _is_model(annotation: Any) -> bool:
    return any(isinstance(member, type) and issubclass(member, BaseModel) for member in _members(annotation))


def _check_value(field: str, annotations: list[Any], value: Any) -> None:
    """The value suits one of the types; else the complaint of the first, with the words that others allow."""
    complaints = [_complaint(annotation, value) for annotation in annotations]
    first = complaints[0]
    if not all(complaints) or first is None:
        return
    words = [each.rule.removeprefix(_CHOICE) for each in complaints if each and each.rule.startswith(_CHOICE)]
    rule = _CHOICE + ", ".join(dict.fromkeys(words)) if words else first.rule
    raise InputError(rule, field=field, value=first.value, remedy=first.remedy)


def _complaint(annotation: Any, value: Any) -> InputError | None:
    """What is wrong with a value of this type, if anything is."""
    model = create_model("Field", __config__=ConfigDict(extra="forbid"), value=(annotation, ...))
    data = {"value": value}
    try:
        model.model_validate(data)
    except ValidationError as error:
        return explain(error, Document(data, {(): Mark("", 1)}), model).errors[0]
    return None


def _there(data: Any, keys: list[str]) -> bool:
    for key in keys:
        if not isinstance(data, dict) or key not in data:
            return False
        data = data[key]
    return isinstance(data, dict)


def _names(data: Any, above: str = "") -> Iterator[str]:
    """Dotted names of all leaves of plain data; a value with its provenance is one leaf."""
    for key, value in data.items():
        if isinstance(value, dict) and "value" not in value:
            yield from _names(value, f"{above}{key}.")
        else:
            yield f"{above}{key}"


def _nearest(field: str, names: list[str]) -> str:
    """The name that is spelled most alike, or all that have the same end."""
    near = get_close_matches(field, names, n=1, cutoff=0.8)
    last = field.rpartition(".")[2]
    same = near or [name for name in names if name.rpartition(".")[2] == last]
    return (
        f"Did you mean {' or '.join(repr(name) for name in same[:3])}?"
        if same
        else did_you_mean(field, names)
    )
