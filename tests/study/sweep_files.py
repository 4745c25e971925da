"""Sweep files and a network of one small matrix, for tests."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
CHIP = ROOT / "chip_configs" / "ibm14nm_onchip.yaml"
NETWORK = """
name: tiny
layers:
  x: {kind: input, shape: [8]}
  fc: {kind: linear, input: x, width: 4}
"""
SWEEP = f"""
chips: [{CHIP}]
workloads: [tiny.yaml]
axes:
  - host.latency: {{from: 1 us, to: 3 us, step: 1 us}}
  - tile.read_mode: [one_phase, four_phase]
  - requests.batch: [1, 2]
"""
"""Twelve points."""


def write(folder: Path, sweep: str = SWEEP) -> Path:
    """The network and the sweep as files; the sweep's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tiny.yaml").write_text(NETWORK)
    path = folder / "sweep.yaml"
    path.write_text(sweep)
    return path
