"""The simulator from Python: ``import simulator``, then what stands in ``simulator.__all__``. See docs/python.md.

Results hold pandas tables and show themselves in notebooks. Nothing global is changed: no option of pandas, no backend
of matplotlib, no seed; nothing is printed, and nothing is written but where a call says so.
"""

from collections.abc import Sequence
from pathlib import Path

from simulator.api.exactness import Exactness
from simulator.api.inputs import Chip, Mapping, PathLike, Trace, Workload
from simulator.api.results import Run, Validation
from simulator.chip import reader
from simulator.functional.product import Wanted, product
from simulator.measure.times import Load
from simulator.study import accuracy as products
from simulator.study import engines
from simulator.study import run as study
from simulator.study import validate as validation
from simulator.study.asked import Asked, Way
from simulator.study.product_words import ages, shape
from simulator.trace import file as trace_file
from simulator.trace import trace as requests
from simulator.trace.written import Written, pattern
from simulator.workload import reader as networks


def load_chip(path: PathLike, overrides: Sequence[str] = ()) -> Chip:
    """Read and validate a chip file; ``overrides`` are texts like ``tile.read_mode=one_phase``. Raises InputError."""
    return Chip(reader.load_chip(path, overrides))


def load_workload(path: PathLike, dims: Sequence[str] = (), *, allow_host: bool = False) -> Workload:
    """Read and validate a network, or import an ONNX model (``.onnx``).

    ``dims``: its open sizes, like ``batch=1``; ``allow_host``: operators that are not supported are done at the host.
    Raises InputError.
    """
    return Workload(networks.load_workload(path, dims, allow_host=allow_host))


def record_trace(
    workload: Workload | PathLike,
    *,
    count: int | None = None,
    batch: int | None = None,
    arrivals: str | None = None,
    length: str | None = None,
    prompt_length: str | None = None,
    output_length: str | None = None,
    file: PathLike | None = None,
    seed: int = 0,
) -> Trace:
    """Requests to a network, written as on the command line; all at once and of the file's length by default.

    ``arrivals``: ``once``, ``every:10us``, ``poisson:5000`` (requests a second) or ``at:0ns,5us``. ``length`` in time
    steps: ``64``, ``16..64`` (drawn evenly) or ``16,64,32``; so are ``prompt_length`` and ``output_length`` of a
    language model that generates, in tokens. ``file``: a CSV of arrivals and both. Raises InputError.
    """
    network = workload if isinstance(workload, Workload) else load_workload(workload)
    source = None if file is None else Path(file)
    written = Written(count, batch, length, arrivals, prompt_length, output_length, source)
    return Trace(requests.record_trace(network.file, pattern(written, seed)), network.file.held)


def read_trace(path: PathLike) -> Trace:
    """A recorded trace. Raises InputError."""
    return Trace(trace_file.read(path))


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
    asked = Asked(_way(placement), tiles, chips, reload)
    made = study.plan(_chip(chip).file, _trace(work).trace, **vars(asked))
    return Mapping(made, asked)


def run(
    chip: Chip | PathLike,
    work: Trace | Workload | PathLike,
    *,
    mapping: Mapping | PathLike | None = None,
    ideal: Sequence[str] = (),
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
    asked, trace = mapping.asked if isinstance(mapping, Mapping) else Asked(_way(mapping)), _trace(work)
    result = study.simulate(
        _chip(chip).file,
        trace.trace,
        engines.engine(engine),
        **vars(asked),
        ideal=ideal,
        contrast=contrast,
        load=Load(load, seed),
    )
    return Run(result, trace.held)


def accuracy(
    chip: Chip | PathLike,
    matrix: PathLike = "random",
    inputs: PathLike = "random",
    *,
    size: str | None = None,
    vectors: int = 256,
    after: str = "1s,1h,1day,30day,1year",
    instances: int = 8,
    seed: int = 0,
    budget: bool = True,
) -> Exactness:
    """How exact a chip computes a matrix product, over time and by effect; words are those of the command line.

    ``matrix``: random, dft ..., or a file .npy, shape (rows, columns); ``inputs``: random, positive ..., or a file,
    shape (vectors, rows). ``size``: ``512x256`` of a matrix that is no file, by default one tile. ``instances``: how
    often the chip is written anew. ``budget``: by effect too. Raises InputError.
    """
    file = _chip(chip).file
    tile, shaped = file.chip.tile.crossbar, shape(size, "size") if size else None
    wanted = Wanted(str(matrix), str(inputs), shaped, vectors, seed)
    made = product(wanted, (int(tile.rows), int(tile.columns)))
    return Exactness(
        products.accuracy(file, made, products.Asked(ages(after, "after"), instances, seed, budget))
    )


def validate(
    rows: Sequence[str] = (), *, folder: PathLike = "chip_configs", engine: str = "auto"
) -> Validation:
    """Published figures beside simulated ones; ``rows``: ``hermes`` or ``hermes.8``, by default all.

    ``folder``: where the chip files are, with ``published`` in it. Raises InputError.
    """
    return Validation(validation.validate(Path(folder), engines.engine(engine), rows))


def _chip(chip: Chip | PathLike) -> Chip:
    return chip if isinstance(chip, Chip) else load_chip(chip)


def _trace(work: Trace | Workload | PathLike) -> Trace:
    return work if isinstance(work, Trace) else record_trace(work)


def _way(placement: PathLike | None) -> Path | Way | None:
    if placement == "packed":
        return "packed"
    if placement == "balanced":
        return "balanced"
    return None if placement is None else Path(placement)
