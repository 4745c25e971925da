"""Cycle-accurate discrete-event simulator of analog in-memory-computing chips."""

__version__ = "0.1.0"
