"""The effects that make results inexact: the names by which a budget switches them on and off."""

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
ROUNDING = frozenset({"inputs", "levels", "converter", "partial_sums", "local_unit"})
"""Those that draw nothing: what is left is the integer machine."""
