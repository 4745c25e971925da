"""Further outputs of operators that are not worked out: nobody may read them."""

from simulator.workload.onnx.importer import Importer
from simulator.workload.onnx.model import Node

_NORM = ("", "Mean", "InvStdDev")
_NAMES = {
    "Attention": ("", "", "", "qk_matmul_output"),
    "BatchNormalization": ("", "running_mean", "running_var", "saved_mean", "saved_var"),
    "Dropout": ("", "mask"),
    "LayerNormalization": _NORM,
    "MaxPool": ("", "Indices"),
    "SimplifiedLayerNormalization": _NORM,
    "SkipLayerNormalization": ("", "mean", "inv_std_var"),
    "SkipSimplifiedLayerNormalization": ("", "mean", "inv_std_var"),
}
"""What the operators' specifications call their outputs."""


def complete(importer: Importer, node: Node) -> None:
    """Refuse an operator of which somebody reads an output that was not given."""
    for number, name in enumerate(node.outputs):
        if name and importer.read(name) and name not in importer.values:
            named = _NAMES.get(node.op, ())
            label = named[number] if number < len(named) else ""
            rule = f"output {number + 1} ({label or name}) is not supported"
            remedy = "Export the model so that it is neither read nor an output of the model"
            raise importer.refused(rule, remedy=remedy)
