"""A workload with some of its fields replaced, or a model with its open sizes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulator.base.errors import InputError, did_you_mean
from simulator.base.yaml_file import explain, load
from simulator.workload.reader import Workload, is_model, load_workload
from simulator.workload.schema import Description

NO_FIELDS = "is an ONNX model, which has no fields to set"
SIZES = "Its open sizes are fields like dim.batch"


def workload_from(
    path: Path,
    overrides: Sequence[tuple[str, Any]] = (),
    dims: Sequence[str] = (),
    *,
    allow_host: bool = False,
) -> Workload:
    """Read a workload and replace fields such as ``layers.conv1.channels``. Raises InputError.

    ``dims``, ``allow_host``: as for ``load_workload``; only models have a use for them.
    """
    if is_model(path):
        if overrides:
            raise InputError(NO_FIELDS, place=str(path), field=f"workload.{overrides[0][0]}", remedy=SIZES)
        return load_workload(path, dims, allow_host=allow_host)
    document = load(path)
    for field, value in overrides:
        document = replace(document, data=_replaced(document.data, field.split("."), value, field))
    try:
        workload = Workload(Description.model_validate(document.data), document)
    except ValidationError as error:
        raise explain(error, document, Description) from error
    workload.bind()
    return workload


def _replaced(data: Any, keys: Sequence[str], value: Any, field: str) -> Any:
    """The mapping with one value replaced; every key but the last must be there."""
    key, *rest = keys
    if not isinstance(data, dict) or (rest and key not in data):
        known = data if isinstance(data, dict) else ()
        raise InputError("no such field", field=f"workload.{field}", remedy=did_you_mean(key, known))
    return {**data, key: _replaced(data[key], rest, value, field) if rest else value}
