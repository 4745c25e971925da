"""The readable reference: hardware units are SimPy processes that serve streams."""

from simulator.engine.simpy_engine.engine import SimpyEngine

__all__ = ["SimpyEngine"]
