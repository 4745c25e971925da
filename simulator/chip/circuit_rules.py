"""What contradicts itself on a chip whose tiles have no converters: durations on circuits, pads at the edge."""

from simulator.base.explain import RuleError
from simulator.base.units import Quantity
from simulator.chip.converter_sections import DurationConverter
from simulator.chip.pad_section import LandingPads
from simulator.chip.schema import Chip
from simulator.chip.timing import step
from simulator.chip.topology import edge


def check(chip: Chip) -> None:
    """RuleError for the first contradiction between coding, converter, pads and transport."""
    adc, pads = chip.tile.adc, chip.landing_pads
    if not isinstance(adc, DurationConverter):
        _no_circuits(chip, adc.kind)
        _mesh(chip)
        return
    if chip.transport != "circuits" or pads is None:
        missing = "landing_pads" if pads is None else "transport"
        text = (
            "must be given: tiles that hand on durations need pads that count them, and circuits to get there"
        )
        raise RuleError(text, path=(missing,), remedy="Set transport: circuits and landing_pads")
    if chip.tile.input.coding != "pulse_width":
        text = "must be pulse_width: what arrives at a tile over a circuit is a duration"
        raise RuleError(text, path=("tile", "input", "coding"), value=chip.tile.input.coding)
    _alone(chip)
    _counters(chip, adc, pads)
    _in_a_step(chip, adc)
    _at_edge(chip, pads)


def _no_circuits(chip: Chip, kind: str) -> None:
    if chip.transport == "circuits":
        text = "must be duration: circuits carry durations, which this converter does not make"
        raise RuleError(text, path=("tile", "adc", "kind"), value=kind, remedy="Or set transport: links")
    if chip.landing_pads is not None:
        raise RuleError(
            "must be left out: the converters of the tiles make words, nothing is left for pads to count",
            path=("landing_pads",),
            remedy="Or set tile.adc.kind: duration",
        )


def _mesh(chip: Chip) -> None:
    """Cores and the mesh that links them to tiles come together."""
    if (chip.transport == "mesh") != (chip.compute_cores is not None):
        missing = "compute_cores" if chip.compute_cores is None else "transport"
        text = "must be given: activations on a mesh wait in the scratchpads of compute cores"
        raise RuleError(text, path=(missing,), remedy="Set transport: mesh and compute_cores")
    if chip.compute_cores is None:
        return
    if chip.host.compute is not None:
        text = "must be left out: compute cores do what tiles cannot"
        raise RuleError(text, path=("host", "compute"), value=chip.host.compute.text)
    units: dict[tuple[str, ...], Quantity] = {
        ("compute_cores", kind): getattr(chip.compute_cores, kind).units for kind in ("light", "heavy")
    }
    if chip.attention is not None:
        units["attention",] = chip.attention.units
    for path, count in units.items():
        if int(count) > chip.tiles:
            text = f"is more than the {chip.tiles} tiles, beside each of which a core may stand"
            raise RuleError(text, path=(*path, "units"), value=count.text)


def _alone(chip: Chip) -> None:
    if chip.global_digital is not None:
        text = "must be left out: words arise at the landing pads alone, so digital work is the host's"
        raise RuleError(text, path=("global_digital",))
    if chip.programming is not None:
        raise RuleError(
            "must be left out: weights in turn are not modelled on circuits", path=("programming",)
        )


def _counters(chip: Chip, adc: DurationConverter, pads: LandingPads) -> None:
    most = int(pads.counter_bits)
    for section, field, bits in (("input", "magnitude_bits", _bits(chip)), ("adc", "bits", int(adc.bits))):
        if bits > most:
            raise RuleError(
                f"is more than the {most} bits that a landing pad's counter holds",
                path=("tile", section, field),
                value=bits,
                remedy=f"Take at most {most}, or more landing_pads.counter_bits",
            )
    if int(pads.width) < int(chip.tile.crossbar.columns):
        text = f"is less than the {chip.tile.crossbar.columns.text} durations of a tile, which arrive all at once"
        raise RuleError(text, path=("landing_pads", "width"), value=pads.width.text)


def _bits(chip: Chip) -> int:
    return int(chip.tile.input.magnitude_bits)


def _in_a_step(chip: Chip, adc: DurationConverter) -> None:
    """The step in which durations leave is the one in which the next tile integrates them."""
    ramp, window = adc.part().generation(), step(chip)
    if ramp > window:
        raise RuleError(
            f"needs a ramp of {float(ramp) / 1000:g} ns, longer than the integration window of "
            f"{float(window) / 1000:g} ns, and a column's only buffer is the capacitor that it reads",
            path=("tile", "adc", "lsb_time"),
            value=adc.lsb_time.text,
            remedy="Take a faster ramp, fewer bits or a longer window",
        )


def _at_edge(chip: Chip, pads: LandingPads) -> None:
    there = len(edge(chip))
    for field, count in (("inputs", int(pads.inputs)), ("outputs", int(pads.outputs))):
        if count > there:
            raise RuleError(
                f"is more than the {there} tiles at the edge of the grid, each of which takes one",
                path=("landing_pads", field),
                value=count,
            )
