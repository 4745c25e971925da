"""From a mapping to a program: the only place that knows tiles, routes and buffer depths in picoseconds."""
