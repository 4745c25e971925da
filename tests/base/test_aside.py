"""Work beside one's own gives what it would give here, and fails like it would here."""

import os
from functools import partial

import pytest

from simulator.base.aside import aside
from simulator.base.errors import InputError


def _refuse() -> int:
    raise InputError("must not", field="x")


def test_what_a_copy_makes_is_given() -> None:
    with aside(os.getpid) as made:
        found = made()
    assert found != os.getpid() or os.cpu_count() == 1


def test_errors_arise_here() -> None:
    with aside(_refuse) as made, pytest.raises(InputError, match="must not"):
        made()


def test_a_copy_that_dies_is_done_without() -> None:
    here = os.getpid()
    with aside(partial(_die_elsewhere, here)) as made:
        assert made() == here


def _die_elsewhere(here: int) -> int:
    if os.getpid() != here:
        os._exit(9)
    return here


def test_nobody_waits_for_what_is_not_asked_for() -> None:
    with pytest.raises(KeyboardInterrupt), aside(partial(os.read, os.pipe()[0], 1)):
        raise KeyboardInterrupt
