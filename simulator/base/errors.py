"""Errors are an interface: place, field, value, rule, remedy."""

from collections.abc import Iterable
from difflib import get_close_matches

_NAME, _SENTENCE = 240, 20_000
"""Most characters of a place or field, and of a rule or remedy (that may list operators): assumptions."""


class SimulatorError(Exception):
    """Base of everything this package raises on purpose; ``exit_code`` is what the terminal returns."""

    exit_code = 1


class InputError(SimulatorError):
    """The input is wrong: says where, which field, which value, which rule, and what to do."""

    exit_code = 2

    def __init__(
        self, rule: str, *, place: str = "", field: str = "", value: object = None, remedy: str = ""
    ):
        self.place, self.field, self.value, self.rule, self.remedy = place, field, value, rule, remedy
        super().__init__(self._text())

    def _text(self) -> str:
        """One line, whatever a file or its name says."""
        head = " ".join(f"{_line(part, _NAME)}:" for part in (self.place, self.field) if part)
        got = "" if self.value is None else f", got {shorten(self.value)}"
        tail = f". {_line(self.remedy, _SENTENCE)}" if self.remedy else ""
        return f"{head} {_line(self.rule, _SENTENCE)}{got}{tail}".strip()


class InputErrors(InputError):  # noqa: N818 (several of them)
    """Several wrong fields of one input, each with a line of its own."""

    def __init__(self, errors: list[InputError]):
        self.errors = errors
        Exception.__init__(self, "\n".join(str(error) for error in errors))


class DeadlockError(SimulatorError):
    """A run that stalled; the text names the cycle of waits."""


def shorten(value: object, limit: int = 120) -> str:
    """Text of a value, cut so that a hostile input cannot flood the terminal."""
    text = repr(value) if not isinstance(value, str) else f"'{value}'"
    shown = printable(text[: limit + 1])
    return shown if len(text) <= limit else shown[: limit - 3] + "..."


def printable(text: str) -> str:
    """The text on one line: control, direction and invisible characters as "?"."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)


def _line(text: str, limit: int) -> str:
    """The text on one line, its middle left out where it is too long: what names a place stands at the ends."""
    half = (limit - 3) // 2
    return printable(text if len(text) <= limit else f"{text[:half]}...{text[-half:]}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy: the nearest known name, or the list of what exists."""
    names = list(known)
    near = get_close_matches(word, names, n=1, cutoff=0.5)
    if near:
        return f"Did you mean '{near[0]}'?"
    return f"Known: {', '.join(sorted(names)[:12])}" if names else ""
