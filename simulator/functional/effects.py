"""The effects that make results inexact: the names by which a budget switches them on and off."""

from simulator.functional.physics import Physics

EFFECTS = {
    "inputs": "activations rounded to the bits of the input coding",
    "levels": "weights rounded to the steps that a device can be written in",
    "programming": "devices written with an error",
    "stuck": "devices that stay where they are",
    "relaxation": "conductances displaced after writing",
    "drift": "conductances that fall with the logarithm of time",
    "read_noise": "1/f noise, and white noise of every read",
    "wires": "voltage lost along rows and columns",
    "converter": "results rounded to the converter's steps, and saturated",
    "converter_errors": "gain, offset, curvature and noise of converters",
    "partial_sums": "sums rounded on their way from tile to tile",
    "local_unit": "gains and sums in half precision",
}
"""Name -> what it is."""

ALL = frozenset(EFFECTS)
NONE: frozenset[str] = frozenset()


def present(physics: Physics, *, chained: bool) -> list[str]:
    """Effects that a tile has; ``chained``: sums travel from tile to tile."""
    model, adc = physics.device, physics.adc
    there = {
        "inputs": True,
        "levels": physics.levels is not None,
        "programming": model.programming is not None,
        "stuck": any(physics.stuck),
        "relaxation": bool(model.relaxation) or model.log_relaxation is not None,
        "drift": model.drift is not None,
        "read_noise": model.flicker is not None or model.white is not None,
        "wires": physics.wires is not None,
        "converter": True,
        "converter_errors": any((adc.gain, adc.offset, adc.curvature, adc.noise)),
        "partial_sums": chained,
        "local_unit": physics.half,
    }
    return [name for name in EFFECTS if there[name]]
