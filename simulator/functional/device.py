"""Device models: data files in ``devices/``, each coefficient with where it comes from."""

from functools import cache
from importlib import resources
from typing import Literal

from pydantic import Field, ValidationError

from simulator.base.document import Document
from simulator.base.errors import InputError, did_you_mean
from simulator.base.explain import explain
from simulator.base.units import Quantity
from simulator.base.yaml_file import parse
from simulator.chip.leaf import Age, Conductance, Count, Time
from simulator.chip.section import Name, Section
from simulator.functional.curve import Curve


class Programming(Section):
    """Normal error of a written conductance. ``per``: drawn for each device, or once for a weight as a whole.

    ``zero_below``: shares of g_max below it are written as nothing.
    """

    sigma: Curve
    per: Literal["device", "weight"] = "device"
    zero_below: float = Field(default=0.0, ge=0, lt=1)


class Drift(Section):
    """g(t) = g ((t + t0) / t0)^-|nu|, nu normal with mean ``exponent`` and deviation ``spread`` (of the target)."""

    t0: Time
    exponent: Curve
    spread: Curve


class Flicker(Section):
    """1/f noise, frozen between reads: deviation g Q sqrt(ln((t + t0 + t_r) / (2 t_r))), t_r how long a read is.

    ``factor``: Q, of what was written. ``read_time``: t_r of the characterisation; the chip's own is used.
    """

    factor: Curve
    read_time: Time


class White(Section):
    """Noise of its own in every read, its variance inverse to how long it is integrated; at ``read_time`` sigma."""

    sigma: Curve
    read_time: Time


class Relaxed(Section):
    """Normal displacement some time after writing, of the target."""

    after: Age
    sigma: Curve


class LogRelaxation(Section):
    """Displacement after t seconds: mean ``mean[0] ln t + mean[1]``, deviation likewise, in units of g_max / full."""

    mean: tuple[float, float]
    sigma: tuple[float, float]
    full: float = Field(gt=0)
    fitted: Literal["fitted", "read off a figure", "assumed", "stated"] = "fitted"
    source: str = Field(min_length=1, max_length=500)


class CellTransfer(Section):
    """A cell that is not linear in what it stores: output x P(w - offset), x the pulse's length, |w| <= ``largest``.

    ``coefficients``: of (w - offset)^0, ^1 ... each a list over powers of the largest pulse, ``pulse``.
    """

    offset: float
    largest: float = Field(gt=0)
    pulse: float = Field(gt=0)
    coefficients: list[list[float]] = Field(min_length=1, max_length=8)
    decay: float = Field(default=0.0, ge=0)
    source: str = Field(min_length=1, max_length=500)


class Device(Section):
    """A model. ``per_polarity``: how many devices of a polarity it describes as one.

    ``rescale``: with another g_max errors stay the same share of it (*proportional*), or the file is *refused*.
    ``levels``: steps between g_min and g_max that can be written; absent: any value.
    """

    format: Literal[1]
    name: Name
    summary: str = Field(max_length=300)
    documents: dict[Name, str] = Field(default_factory=dict)
    per_polarity: Literal[1, 2] = 1
    g_max: Conductance
    g_min: Conductance
    levels: Count | None = None
    rescale: Literal["proportional", "refused"]
    rescale_reason: str = Field(min_length=1, max_length=300)
    valid_until: Age | None = None
    programming: Programming | None = None
    drift: Drift | None = None
    flicker: Flicker | None = None
    white: White | None = None
    relaxation: list[Relaxed] = Field(default_factory=list)
    log_relaxation: LogRelaxation | None = None
    transfer: CellTransfer | None = None


def names() -> list[str]:
    """Models that are shipped."""
    folder = resources.files(__package__) / "devices"
    return sorted(path.name.removesuffix(".yaml") for path in folder.iterdir() if path.name.endswith(".yaml"))


@cache
def device(name: str) -> Device:
    """A shipped model. InputError for an unknown name."""
    if name not in names():
        raise InputError("is not a device model", value=name, remedy=did_you_mean(name, names()))
    path = resources.files(__package__) / "devices" / f"{name}.yaml"
    return read(parse(path.read_text("utf-8"), f"devices/{name}.yaml"))


def read(document: Document) -> Device:
    """A model from its file. InputError with the line for every unknown key or impossible value."""
    try:
        return Device.model_validate(document.data)
    except ValidationError as error:
        raise explain(error, document, Device) from error


def full_scale(model: Device, asked: Quantity | None) -> float:
    """g_max [uS] to work with: the model's, or ``asked`` if the model's rule allows another. InputError."""
    own = float(model.g_max)
    if asked is None or float(asked) == own:
        return own
    if model.rescale == "refused":
        raise InputError(
            f"must be {model.g_max.text}, at which {model.name} was characterised ({model.rescale_reason})",
            field="accuracy.g_max",
            value=asked.text,
        )
    if float(asked) <= 0:
        raise InputError("must be more than nothing", field="accuracy.g_max", value=asked.text)
    return float(asked)
