"""``simulator accuracy``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.options import AsJson, ChipPath, Settings
from simulator.study.asked import MOST_INSTANCES, MOST_VECTORS

if TYPE_CHECKING:
    from simulator.measure.accuracy import Accuracy

Matrix = Annotated[
    str,
    typer.Option(
        "--matrix",
        metavar="WHAT",
        help="random, uniform, gaussian, dft ..., or a file .npy, (rows, columns).",
    ),
]
Inputs = Annotated[
    str,
    typer.Option(
        "--inputs", metavar="WHAT", help="random, uniform, positive ..., or a file .npy, (vectors, rows)."
    ),
]
Size = Annotated[
    str | None,
    typer.Option("--size", metavar="ROWSxCOLUMNS", help="Of a random matrix; DFT points. Default: one tile."),
]
Vectors = Annotated[
    int, typer.Option("--vectors", metavar="N", help="Random input vectors.", min=1, max=MOST_VECTORS)
]
After = Annotated[
    str, typer.Option("--after", metavar="TIMES", help="After writing, joined by commas: 1s,1h,1day,1year.")
]
Instances = Annotated[
    int,
    typer.Option(
        "--instances", metavar="N", help="How often the chip is written anew.", min=1, max=MOST_INSTANCES
    ),
]
ChipSeed = Annotated[int, typer.Option("--seed", metavar="N", help="Which chip: its devices, and the data.")]
NoBudget = Annotated[bool, typer.Option("--no-budget", help="Leave out what the error is made of.")]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FOLDER",
        help="Results. Default: results/accuracy-CHIP-MATRIX, then -2, -3 ...",
    ),
]
NoPlots = Annotated[bool, typer.Option("--no-plots", help="Write no plot.")]


def accuracy_command(
    context: typer.Context,
    chip: ChipPath,
    *,
    matrix: Matrix = "random",
    inputs: Inputs = "random",
    size: Size = None,
    vectors: Vectors = 256,
    after: After = "1s,1h,1day,30day,1year",
    instances: Instances = 8,
    seed: ChipSeed = 0,
    settings: Settings = None,
    no_budget: NoBudget = False,
    out: Out = None,
    no_plots: NoPlots = False,
    as_json: AsJson = False,
) -> None:
    """Tell how exact a chip computes matrix products.

    Prints errors over time after writing, what they are made of, and what the product costs; writes a results folder.
    """
    from simulator.chip.reader import load_chip
    from simulator.cli.needed import check_drawn
    from simulator.cli.stdout import kept
    from simulator.functional.product import Wanted, product
    from simulator.report.accuracy_files import write_accuracy
    from simulator.report.folder import results_folder, writing
    from simulator.report.layout import waiting
    from simulator.study.accuracy import Asked, accuracy
    from simulator.study.asked import check_once
    from simulator.study.product_words import ages, shape

    check_drawn(context)
    check_once(settings or ())
    file = load_chip(chip, settings or ())
    tile = file.chip.tile.crossbar
    made = product(
        Wanted(matrix, inputs, shape(size, "--size") if size else None, vectors, seed),
        (int(tile.rows), int(tile.columns)),
    )
    asked = Asked(ages(after, "--after"), instances, seed, budget=not no_budget)
    path = out or Path("results") / f"accuracy-{chip.stem}-{made.name}"
    with results_folder(path, numbered=out is None) as folder:
        with waiting("computing") as progress:
            found = accuracy(file, made, asked, progress)
        with waiting("writing results"), writing(path):
            write_accuracy(found, folder.work, plots=not no_plots)
    with kept(folder.path):
        _tell(found, folder.path, as_json)


def _tell(found: "Accuracy", folder: Path, as_json: bool) -> None:
    """The answer on stdout."""
    if as_json:
        from simulator.report.accuracy_tables import data
        from simulator.report.summary import as_json as text

        print(text({**data(found), "folder": str(folder)}), end="")
        return
    from simulator.report.accuracy import show_accuracy
    from simulator.report.layout import console
    from simulator.report.terminal import written

    screen = console()
    show_accuracy(found, screen)
    written(folder, screen)
