"""``simulator map``."""

from simulator.cli.options import (
    AllowHost,
    AsJson,
    ChipPath,
    Chips,
    Dims,
    Length,
    MappingChoice,
    Reload,
    Settings,
    Tiles,
    TracePath,
    WorkloadPath,
)


def map_command(
    chip: ChipPath,
    *,
    workload: WorkloadPath = None,
    dims: Dims = None,
    allow_host: AllowHost = False,
    trace: TracePath = None,
    length: Length = None,
    settings: Settings = None,
    mapping: MappingChoice = None,
    tiles: Tiles = None,
    chips: Chips = None,
    reload: Reload = False,
    as_json: AsJson = False,
) -> None:
    """Show which layer sits on which tile.

    A picture of the tile grid, and how full the tiles are.
    """
    from simulator.chip.reader import load_chip
    from simulator.cli.inputs import Asked, placement, requests
    from simulator.report.mapped import as_data, show_mapping
    from simulator.study.asked import check_once
    from simulator.study.run import plan
    from simulator.trace.written import Written

    check_once(settings or ())
    hardware = load_chip(chip, settings or ())
    asked = requests(
        Asked(workload, trace, Written(length=length), dims=tuple(dims or ()), allow_host=allow_host), chip
    )
    found = plan(hardware, asked, placement(mapping, tiles), tiles, chips, reload=reload)
    if as_json:
        from simulator.report.summary import as_json as text

        print(text(as_data(found)), end="")
        return
    from simulator.report.layout import console

    show_mapping(found, console())
