"""Attention at units of its own: who serves which layer, and one module a style."""
