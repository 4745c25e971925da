"""Engines under one suite: the reference, the reference with a shuffled kernel, and the fast engine."""

from importlib import import_module

import pytest

from simulator.engine.contract import Engine
from simulator.engine.simpy_engine import SimpyEngine


def _fast() -> Engine:
    module = import_module("simulator.engine.fast_engine")
    if not hasattr(module, "FastEngine"):
        pytest.skip("no fast engine")
    return module.FastEngine()


ENGINES = {"simpy": SimpyEngine, "shuffled": lambda: SimpyEngine(shuffle=7), "fast": _fast}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]()
