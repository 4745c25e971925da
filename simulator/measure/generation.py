"""What requests to a language model saw: time to the first token, time per token, tokens a second, joules a token."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from simulator.measure.metric import Metric

PERCENTILES = (50, 95, 99)


@dataclass(frozen=True)
class Answered:
    """One request [ps]: when it arrived and was admitted, tokens of its prompt, when each of its tokens was known."""

    arrival: int
    admitted: int
    prompt: int
    times: tuple[int, ...]

    @property
    def first_token(self) -> int:
        """Time to first token [ps], from its arrival."""
        return self.times[0] - self.arrival

    @property
    def latency(self) -> int:
        """From its arrival to its last token [ps]."""
        return self.times[-1] - self.arrival

    @property
    def per_token(self) -> float | None:
        """Time per output token after the first [ps]; None where there is none."""
        return (self.times[-1] - self.times[0]) / (len(self.times) - 1) if len(self.times) > 1 else None

    @property
    def queued(self) -> int:
        """From its arrival to its admission [ps]."""
        return self.admitted - self.arrival


@dataclass(frozen=True)
class Generation:
    """All requests of a run, in order of arrival.

    ``token_bytes``: keys and values of one token; ``most_bytes`` of all that ran, ``together``: how many, at the most.
    """

    requests: Sequence[Answered]
    token_bytes: int
    most_bytes: int
    together: int

    @property
    def tokens(self) -> int:
        """Tokens generated."""
        return sum(len(row.times) for row in self.requests)


def generation_metrics(run: Generation, energy: float, traffic: int) -> list[Metric]:
    """Figures of a run that cost ``energy`` [pJ] and moved ``traffic`` bytes to and from the host and its memory."""
    end, tokens = max(row.times[-1] for row in run.requests), run.tokens
    begin = min(row.arrival for row in run.requests)
    each = [
        *_percentiles(run, "time_to_first_token", "from a request's arrival to its first token", _first),
        *_percentiles(
            run, "time_per_output_token", "between a request's tokens after the first, its mean", _per_token
        ),
        *_percentiles(run, "request_latency", "from a request's arrival to its last token", _latency),
        *_percentiles(run, "queueing_time", "from a request's arrival until its prompt is read", _queued),
    ]
    single = [
        (
            "tokens_per_second",
            tokens * 1e12 / (end - begin),
            "1/s",
            "tokens generated / first arrival to last token",
        ),
        ("energy_per_token_nj", energy / tokens / 1e3, "nJ", "energy of the whole run / tokens generated"),
        ("kv_cache_per_token", run.token_bytes, "byte", "keys and values of a token, INT8"),
        ("kv_cache_peak", run.most_bytes, "byte", "keys and values of all requests that run, at the most"),
        ("requests_together", run.together, "requests", "for which tokens are generated, at the most"),
        (
            "off_chip_per_token",
            traffic / tokens,
            "byte",
            "over the host's ports and to and from the kv cache, of the whole run / tokens generated",
        ),
    ]
    return each + [Metric(*row, "requests") for row in single]


def _first(row: Answered) -> float | None:
    return row.first_token


def _per_token(row: Answered) -> float | None:
    return row.per_token


def _latency(row: Answered) -> float | None:
    return row.latency


def _queued(row: Answered) -> float | None:
    return row.queued


def _percentiles(
    run: Generation, name: str, meaning: str, value: Callable[[Answered], float | None]
) -> list[Metric]:
    """Nearest rank: the least value that so many per cent of the requests do not exceed."""
    values = sorted(found for row in run.requests if (found := value(row)) is not None)
    return [
        Metric(
            f"{name}_p{share}_ns",
            values[max(ceil(share * len(values) / 100), 1) - 1] / 1e3,
            "ns",
            f"{meaning}; {share} % of the requests need no longer",
            "requests",
        )
        for share in (PERCENTILES if values else ())
    ]
