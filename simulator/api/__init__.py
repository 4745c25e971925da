"""The simulator from Python: ``import simulator``, then what stands in ``simulator.__all__``. See docs/python.md.

Results hold pandas tables and show themselves in notebooks. Nothing global is changed: no option of pandas, no backend
of matplotlib, no seed; nothing is printed, and nothing is written but where a call says so.
"""

from collections.abc import Sequence
from pathlib import Path

from simulator.api import checked
from simulator.api.exactness import Exactness
from simulator.api.inputs import Chip, Mapping, PathLike, Trace, Workload
from simulator.api.results import Run, Validation
from simulator.base.errors import InputError
from simulator.chip import reader
from simulator.functional.product import Wanted, product
from simulator.measure.times import Load
from simulator.study import accuracy as products
from simulator.study import engines
from simulator.study import run as study
from simulator.study import validate as validation
from simulator.study.asked import (
    MOST_ARRIVALS,
    MOST_INSTANCES,
    MOST_VECTORS,
    Asked,
    Way,
    check_contrast,
    check_once,
)
from simulator.study.product_words import ages, check_drawn, shape
from simulator.trace import file as trace_file
from simulator.trace import trace as requests
from simulator.trace.written import Written, pattern
from simulator.workload import reader as networks


def load_chip(path: PathLike, overrides: Sequence[str] | str = ()) -> Chip:
    """Read and validate a chip file; ``overrides`` are texts like ``tile.read_mode=one_phase``. Raises InputError."""
    given = checked.texts(overrides, "overrides")
    check_once(given)
    return Chip(reader.load_chip(checked.path(path, "path"), given))


def load_workload(path: PathLike, dims: Sequence[str] | str = (), *, allow_host: bool = False) -> Workload:
    """Read and validate a network, or import an ONNX model (``.onnx``).

    ``dims``: its open sizes, like ``batch=1``; ``allow_host``: operators that are not supported are done at the host.
    Raises InputError.
    """
    return Workload(
        networks.load_workload(checked.path(path, "path"), checked.texts(dims, "dims"), allow_host=allow_host)
    )


def record_trace(
    workload: Workload | PathLike,
    *,
    count: int | None = None,
    batch: int | None = None,
    arrivals: str | None = None,
    length: str | int | None = None,
    prompt_length: str | int | None = None,
    output_length: str | int | None = None,
    file: PathLike | None = None,
    seed: int = 0,
) -> Trace:
    """Requests to a network, written as on the command line; all at once and of the file's length by default.

    ``arrivals``: ``once``, ``every:10us``, ``poisson:5000`` (requests a second) or ``at:0ns,5us``. ``length`` in time
    steps: ``64``, ``16..64`` (drawn evenly) or ``16,64,32``; so are ``prompt_length`` and ``output_length`` of a
    language model that generates, in tokens. ``file``: a CSV of arrivals and both. Raises InputError.
    """
    network = workload if isinstance(workload, Workload) else load_workload(workload)
    lengths = {"length": length, "prompt_length": prompt_length, "output_length": output_length}
    written = Written(
        checked.whole_or_none(count, "count"),
        checked.whole_or_none(batch, "batch"),
        arrivals=checked.text(arrivals, "arrivals"),
        requests=None if file is None else checked.path(file, "file"),
        **{name: checked.text(value, name) for name, value in lengths.items()},
    )
    return Trace(requests.record_trace(network.file, pattern(written, checked.seed(seed))), network.file.held)


def read_trace(path: PathLike) -> Trace:
    """A recorded trace. Raises InputError."""
    return Trace(trace_file.read(checked.path(path, "path")))


def map_workload(
    chip: Chip | PathLike,
    work: Trace | Workload | PathLike,
    placement: PathLike | None = None,
    tiles: int | None = None,
    *,
    chips: int | None = None,
    reload: bool = False,
) -> Mapping:
    """Which piece of a network sits on which tile.

    ``placement``: a file; ``packed`` (small pieces share tiles); ``balanced`` (copies of slow layers until ``tiles``
    tiles are spent, where that is faster); None: the chip's own for this network, else a tile a piece. ``chips``:
    a pipeline over so many equal chips; ``reload``: sets of weights take turns on one. Raises InputError.
    """
    if tiles is not None and placement != "balanced":
        raise InputError("is for placement 'balanced' only", field="tiles", value=tiles)
    most, many = checked.whole_or_none(tiles, "tiles"), checked.whole_or_none(chips, "chips")
    asked = Asked(_way(placement), most, many, reload)
    made = study.plan(_chip(chip).file, _trace(work).trace, **vars(asked))
    return Mapping(made, asked)


def run(
    chip: Chip | PathLike,
    work: Trace | Workload | PathLike,
    *,
    mapping: Mapping | PathLike | None = None,
    ideal: Sequence[str] | str = (),
    engine: str = "auto",
    contrast: bool = False,
    load: int = 0,
    seed: int = 0,
) -> Run:
    """Simulate requests to a network (one, if no trace says more) on a chip.

    ``mapping``: from ``map_workload``, or what that takes as ``placement``. ``ideal``: what costs nothing, among
    network, memory, host. ``engine``: auto, fast or simpy. ``contrast``: what contention costs; ``load``: latency
    under load from so many arrivals, drawn with ``seed``. Raises InputError or DeadlockError.
    """
    free = checked.texts(ideal, "ideal")
    if contrast:
        check_contrast(free)
    asked, trace = mapping.asked if isinstance(mapping, Mapping) else Asked(_way(mapping)), _trace(work)
    result = study.simulate(
        _chip(chip).file,
        trace.trace,
        engines.engine(engine),
        **vars(asked),
        ideal=free,
        contrast=contrast,
        load=Load(checked.whole(load, "load", 0, MOST_ARRIVALS), checked.seed(seed)),
    )
    return Run(result, trace.held)


def accuracy(
    chip: Chip | PathLike,
    matrix: PathLike = "random",
    inputs: PathLike = "random",
    *,
    size: str | None = None,
    vectors: int | None = None,
    after: str = "1s,1h,1day,30day,1year",
    instances: int = 8,
    seed: int = 0,
    budget: bool = True,
) -> Exactness:
    """How exact a chip computes a matrix product, over time and by effect; words are those of the command line.

    ``matrix``: random, dft ..., or a file .npy, shape (rows, columns); ``inputs``: random, positive ..., or a file,
    shape (vectors, rows). ``size``: ``512x256`` of a matrix that is no file, by default one tile. ``instances``: how
    often the chip is written anew. ``vectors``: random inputs, by default 256. ``budget``: by effect too.
    Raises InputError.
    """
    file = _chip(chip).file
    tile, shaped = file.chip.tile.crossbar, shape(size, "size") if size else None
    check_drawn(str(matrix), str(inputs), size, vectors)
    count = 256 if vectors is None else checked.whole(vectors, "vectors", 1, MOST_VECTORS)
    wanted = Wanted(str(matrix), str(inputs), shaped, count, checked.seed(seed))
    made = product(wanted, (int(tile.rows), int(tile.columns)))
    times = checked.whole(instances, "instances", 1, MOST_INSTANCES)
    return Exactness(products.accuracy(file, made, products.Asked(ages(after, "after"), times, seed, budget)))


def validate(
    rows: Sequence[str] | str = (), *, folder: PathLike = "chip_configs", engine: str = "auto"
) -> Validation:
    """Published figures beside simulated ones; ``rows``: ``hermes`` or ``hermes.8``, by default all.

    ``folder``: where the chip files are, with ``published`` in it. Raises InputError.
    """
    return Validation(validation.validate(Path(folder), engines.engine(engine), checked.texts(rows, "rows")))


def _chip(chip: Chip | PathLike) -> Chip:
    return chip if isinstance(chip, Chip) else load_chip(chip)


def _trace(work: Trace | Workload | PathLike) -> Trace:
    return work if isinstance(work, Trace) else record_trace(work)


def _way(placement: PathLike | None) -> Path | Way | None:
    if placement == "packed":
        return "packed"
    if placement == "balanced":
        return "balanced"
    return None if placement is None else checked.path(placement, "placement")
