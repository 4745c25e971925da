"""How a program's parts are called in messages."""

from simulator.program.form import Edge, Event, Kind, Program


def stream_name(program: Program, stream: int) -> str:
    """``stream 'mvm 3' (layer 'conv1', unit 'tile 0.3')``."""
    row = program.streams[stream]
    where = ", ".join(
        f"{word} '{value}'" for word, value in (("layer", row.layer), ("unit", row.unit)) if value
    )
    return f"stream '{row.name}'" + (f" ({where})" if where else "")


def edge_name(program: Program, edge: Edge) -> str:
    """``wait on DONE of 'mvm 3'``."""
    verb, event = Kind(edge.kind).name.lower(), Event(edge.event).name
    return f"{verb} on {event} of '{program.streams[edge.source].name}'"
