"""Trace files: JSON Lines, compressed if the name ends in ``.gz``. Reading trusts nothing."""

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from simulator.base.document import Document, Mark
from simulator.base.errors import InputError
from simulator.base.explain import RuleError, explain, placed
from simulator.base.input_file import read_bytes
from simulator.base.output_file import write_bytes
from simulator.trace.pattern import MAX_INFERENCES
from simulator.trace.records import (
    FORMAT,
    VERSION,
    HeaderRecord,
    LayerRecord,
    RequestRecord,
    ShapeRecord,
    TokenRecord,
    body,
    header,
)
from simulator.trace.routing import check, choices
from simulator.trace.trace import Request, Routing, Trace
from simulator.workload.graph import Graph, Layer
from simulator.workload.shapes import check_delay, check_total, rebuild
from simulator.workload.tokens import check_token, prompt_part

MAX_BYTES = 2**28
"""Of the file, and of its content once decompressed."""
MAX_LINE = 100_000

R = TypeVar("R", HeaderRecord, ShapeRecord, LayerRecord, RequestRecord, TokenRecord)


def write(trace: Trace, path: str | Path) -> None:
    """Write a trace, whole or not at all; the same trace gives the same bytes.

    Raises ``InputError`` if the place cannot be written.
    """
    path = Path(path)
    rest = b"".join(_dump(record) for record in body(trace))
    head = header(trace)
    first = _dump({**_unsigned(head), "checksum": _checksum(head, rest)})
    content = first + rest
    write_bytes(path, gzip.compress(content, 6, mtime=0) if path.suffix == ".gz" else content)


def read(path: str | Path) -> Trace:
    """Read a trace. Raises ``InputError`` with file and line for whatever is not exactly one."""
    return _Reader(str(path), _content(Path(path))).trace()


def _dump(record: dict[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _unsigned(head: HeaderRecord) -> dict[str, Any]:
    return head.model_dump(exclude={"checksum", *(() if head.tokens else ("tokens",))})


def _checksum(head: HeaderRecord, rest: bytes | memoryview) -> str:
    digest = hashlib.sha256(_dump(_unsigned(head)))
    digest.update(rest)
    return f"sha256:{digest.hexdigest()}"


def _content(path: Path) -> bytes:
    content = read_bytes(path, MAX_BYTES)
    compressed = path.suffix == ".gz"
    if not compressed:
        if content.startswith(b"\x1f\x8b"):
            raise InputError("is compressed", place=str(path), remedy="Give it a name that ends in .gz")
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        remedy = "Copy the file again; a plain one must not be named .gz"
        raise InputError(f"is not whole gzip data: {error}", place=str(path), remedy=remedy) from error
    if len(content) > MAX_BYTES:
        raise InputError(f"must be no larger than {MAX_BYTES:,} bytes once decompressed", place=str(path))
    return content


class _Reader:
    """Takes record after record from the lines; each must be of the type that is due."""

    def __init__(self, name: str, content: bytes):
        self.name, self.content, self.number, self.position = name, content, 1, 0
        self.header = self._header(self._line())
        self._count()

    def trace(self) -> Trace:
        head = self.header
        graphs = tuple(self._graph(number) for number in range(head.shapes))
        requests = self._requests(graphs)
        routing = self._routing(graphs[0], requests)
        if self.position < len(self.content):
            self.number += 1
            raise self._error("must end here", remedy="Correct the number of layers in the header")
        self._check_sum()
        return Trace(head.workload, head.digest, graphs, requests, routing)

    def _check_sum(self) -> None:
        rest = memoryview(self.content)[self.content.index(b"\n") + 1 :]
        found = _checksum(self.header, rest)
        if self.header.checksum not in (None, found):
            self.number = 1
            remedy = "Record the trace again, or leave the checksum out of one that you edit by hand"
            rule = f"must be that of the content, {found}"
            raise self._error(rule, "checksum", self.header.checksum, remedy)

    def _line(self) -> bytes:
        """The next line, without its end."""
        end = self.content.find(b"\n", self.position)
        end = len(self.content) if end < 0 else end
        if end - self.position > MAX_LINE:
            raise self._error(
                f"lines must have at most {MAX_LINE} bytes", value=f"{end - self.position} bytes"
            )
        line = self.content[self.position : end]
        self.position = end + 1
        return line

    def _header(self, line: bytes) -> HeaderRecord:
        try:
            data = from_json(line, allow_inf_nan=False)
        except ValueError:
            data = None
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            remedy = "Record one with 'simulator trace record'"
            raise self._error(
                f"is not a trace: the first line must be a header with format '{FORMAT}'", remedy=remedy
            )
        version = data.get("version")
        if isinstance(version, int) and version > VERSION:
            remedy = "Update the simulator, or record the trace again"
            raise self._error(f"this simulator reads up to version {VERSION}", "version", version, remedy)
        return self._record(line, HeaderRecord)

    def _count(self) -> None:
        head = self.header
        due = 1 + head.shapes + head.layers + head.requests + head.tokens
        found = self.content.count(b"\n")
        if found < due or not self.content.endswith(b"\n"):
            self.number = found + 1
            remedy = "Copy the file again, or record the trace again"
            raise self._error(f"is cut off: the header counts {due} lines, {found} are whole", remedy=remedy)
        if found > due:
            self.number = due + 1
            raise self._error(
                f"must end here: the header counts {due} lines", remedy="Correct the header's counts"
            )

    def _take(self, model: type[R]) -> R:
        """The next line as a record."""
        self.number += 1
        if self.position >= len(self.content):
            raise self._error("another record is due, but the header's counts leave none")
        return self._record(self._line(), model)

    def _record(self, line: bytes, model: type[R]) -> R:
        try:
            return model.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            if first["type"] == "json_invalid":
                raise self._error(f"is not valid JSON: {first['ctx']['error']}") from error
            raise explain(error, self._document(from_json(line)), model) from error

    def _graph(self, number: int) -> Graph:
        shape = self._take(ShapeRecord)
        self._require(
            shape.shape == number, "shape", shape.shape, f"must be {number}, shapes are numbered in order"
        )
        begin = self.number
        layers: dict[str, Layer] = {}
        for _ in range(shape.layers):
            record = self._take(LayerRecord)
            self._require(
                record.shape == number, "shape", record.shape, f"must be {number}, the shape begun above"
            )
            self._require(record.name not in layers, "name", record.name, "is given twice in this shape")
            layers[record.name] = record.layer()
        graph = Graph(self.header.workload, tuple(layers.values()), tuple(shape.outputs))
        end = self.number
        self._check_graph(graph, begin)
        self.number = end
        self._told(partial(check_total, graph))
        return graph

    def _check_graph(self, graph: Graph, begin: int) -> None:
        known = {layer.name: layer for layer in graph.layers}
        self.number = begin
        for output in graph.outputs:
            self._require(output in known, "outputs", output, "no such layer in this shape")
        earlier: set[str] = set()
        for number, layer in enumerate(graph.layers):
            self.number = begin + 1 + number
            for source in layer.inputs:
                present = source.layer in (known if source.delay else earlier)
                self._require(
                    present, f"{layer.name}.inputs", source.layer, "must name an earlier layer of this shape"
                )
            earlier.add(layer.name)
            self._check_layer(layer, [known[source.layer] for source in layer.inputs], graph.length)

    def _check_layer(self, layer: Layer, inputs: list[Layer], length: int | None) -> None:
        self._told(partial(rebuild, layer, inputs, length), layer.name)
        for source, read in zip(layer.inputs, inputs, strict=True):
            self._told(partial(check_delay, source, read, layer), layer.name)

    def _told(self, check: Callable[[], None], *path: str) -> None:
        """A rule that a check finds broken becomes an error with its place."""
        try:
            check()
        except RuleError as error:
            raise placed(error, self._document({}), path) from error

    def _requests(self, graphs: tuple[Graph, ...]) -> tuple[Request, ...]:
        lengths = [graph.length for graph in graphs]
        requests: list[Request] = []
        part: Graph | None = None
        last = inferences = 0
        for number in range(self.header.requests):
            request = self._request(number, last, lengths)
            last = request.arrival
            inferences += request.inferences
            if request.output_length and part is None:
                part = self._token_graphs(graphs)
            generates = part is not None
            lone = (request.prompt_length > 0, request.output_length > 0) != (generates, generates)
            rule = "prompt_length and output_length go together, with all requests or none"
            self._require(not lone, "output_length", request.output_length, rule)
            if inferences > MAX_INFERENCES:
                raise self._error(f"must not add up to more than {MAX_INFERENCES}", "batch", request.batch)
            requests.append(request)
        return tuple(requests)

    def _token_graphs(self, graphs: tuple[Graph, ...]) -> Graph:
        """The second of two shapes, for which the first one decides."""
        check_token(graphs[0], f"{self.name}:{self.number}")
        part = prompt_part(graphs[0])
        rule = "where tokens are generated there must be two: a token's, and what of it keys and values need"
        self._require(graphs[1:] == (part,), "shapes", len(graphs), rule)
        return part

    def _routing(self, graph: Graph, requests: tuple[Request, ...]) -> Routing:
        """To which experts each token is sent."""
        sizes = choices(graph) if requests[0].output_length else []
        counts = [row.tokens for row in requests for _ in range(row.batch)] if sizes else []
        if self.header.tokens != sum(counts):
            self.number = 1
            rule = f"must be {sum(counts)}, the tokens that are sent to experts"
            raise self._error(rule, "tokens", self.header.tokens)
        return tuple(
            tuple(self._token(member, token, sizes) for token in range(count))
            for member, count in enumerate(counts)
        )

    def _token(self, member: int, token: int, sizes: list[tuple[int, int]]) -> tuple[int, ...]:
        record = self._take(TokenRecord)
        self._require(record.member == member, "member", record.member, f"must be {member}, in order")
        self._require(record.token == token, "token", record.token, f"must be {token}, in order")
        self._told(partial(check, record.experts, sizes))
        return tuple(record.experts)

    def _request(self, number: int, last: int, lengths: list[int | None]) -> Request:
        record = self._take(RequestRecord)
        if record.number != number:
            raise self._error(f"must be {number}, requests are numbered in order", "number", record.number)
        if record.arrival < last:
            raise self._error(f"must not be before the one above, {last} ps", "arrival", record.arrival)
        if record.shape >= len(lengths):
            raise self._error(f"must be below {len(lengths)}, the number of shapes", "shape", record.shape)
        if record.length != lengths[record.shape]:
            want, got = lengths[record.shape] or "null", record.length or "null"
            raise self._error(f"must be {want}, the time steps of shape {record.shape}", "length", got)
        return record.request()

    def _document(self, data: Any) -> Document:
        return Document(data, {(): Mark(self.name, self.number)})

    def _require(self, holds: bool, field: str, value: object, rule: str) -> None:
        if not holds:
            raise self._error(rule, field, value)

    def _error(self, rule: str, field: str = "", value: object = None, remedy: str = "") -> InputError:
        return InputError(rule, place=f"{self.name}:{self.number}", field=field, value=value, remedy=remedy)
