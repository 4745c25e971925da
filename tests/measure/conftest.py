"""The generator of random programs and the sketches live beside the engines' tests."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "engine"))
