"""Section ``attention``: units for products of two activations and softmax, one module a style."""
