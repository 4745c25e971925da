"""Floor 7: what people read: tables, terminal, tile grid, plots, the results folder."""
