"""The compiled engine: one function over a program's arrays."""

from simulator.engine.fast_engine.engine import FastEngine

__all__ = ["FastEngine"]
