"""Named micro-programs: what published peak figures measure."""

from simulator.chip.resolve import Hardware
from simulator.mapping.lower.builder import Builder, Spot, constant
from simulator.program.form import Inference, Program, Resource


def back_to_back_mvms(hardware: Hardware, count: int) -> Program:
    """Every tile performs ``count`` full MVMs back to back; readout by the local unit is left out."""
    builder = Builder()
    builder.begin("MVMs back to back")
    macs = count * hardware.rows * hardware.columns
    for tile in hardware.topology.tiles:
        array = builder.resource(Resource(f"{tile}.crossbar", period=hardware.mvm.period, part="crossbar"))
        adc = builder.resource(Resource(f"{tile}.adc", period=hardware.mvm.period, part="adc"))
        stream = builder.stream(Spot(f"{tile}.crossbar", "crossbar", "full", "mvm"), (array, adc))
        builder.work(stream, constant(count, hardware.mvm.window, hardware.mvm.latency, macs=macs))
    return builder.program([Inference()])


def one_vector(hardware: Hardware, size: int) -> Program:
    """``size`` bytes over the chip's first link."""
    builder = Builder()
    builder.begin("one vector over a link")
    source, target = hardware.topology.links[0]
    name = f"{source}->{target}"
    link = builder.resource(Resource(name, period=hardware.link.period, part="link"))
    stream = builder.stream(Spot(name, "link", "vector", "packet"), (link,))
    times = hardware.link.occupancy(size), hardware.link.latency(size)
    builder.work(stream, constant(1, *times, bytes=size))
    return builder.program([Inference()])
