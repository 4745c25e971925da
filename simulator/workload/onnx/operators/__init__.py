"""One module per family of operators; each registers its functions."""
