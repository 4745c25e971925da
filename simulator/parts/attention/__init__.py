"""Attention units: products of two activations and softmax, one module a style."""
