"""Input modulators: one module a coding."""
