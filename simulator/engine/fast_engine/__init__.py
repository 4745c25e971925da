"""The compiled engine: the same picosecond for every operation, sooner."""

from simulator.engine.fast_engine.engine import FastEngine

__all__ = ["FastEngine"]
