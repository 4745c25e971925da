"""The generator of random programs lives beside the engines' tests."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "engine"))
