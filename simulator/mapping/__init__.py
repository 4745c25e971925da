"""Floor 4: layers to matrix pieces to tiles, and down to the program that engines execute."""
