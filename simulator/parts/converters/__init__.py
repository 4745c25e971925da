"""Converters: one module a kind."""
