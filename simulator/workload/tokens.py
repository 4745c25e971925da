"""A network that generates: one token at a time, each looking back at the keys and values of all before it."""

from dataclasses import replace

from simulator.base.errors import InputError
from simulator.workload.graph import Graph, Layer
from simulator.workload.reader import Workload


def token_graphs(workload: Workload) -> tuple[Graph, Graph]:
    """What one token asks for: up to the outputs, and of a token of the prompt but the last.

    ``Layer.growth`` says what each token before it adds. Raises ``InputError`` for a network that cannot generate.
    """
    if workload.description.sequence is None:
        raise InputError(
            "has no sequence, so it cannot generate tokens",
            place=workload.document.place(),
            field="sequence",
            remedy="Take a decoder, like workloads/gpt2_small.yaml",
        )
    token = workload.bind(1)
    check_token(token, workload.document.place())
    return token, prompt_part(token)


def check_token(graph: Graph, place: str) -> None:
    """Raise ``InputError`` unless every layer works token by token and some keep keys and values."""
    for layer in graph.layers:
        rule = _against(layer)
        if rule:
            raise InputError(
                f"{rule}, so tokens cannot be generated one by one", place=place, field=layer.name
            )
    if not graph.cached:
        raise InputError(
            "has no causal attention (product with causal: true), so there is nothing to look back at",
            place=place,
            field="layers",
        )


def _against(layer: Layer) -> str:
    """Why a layer cannot work token by token; empty if it can."""
    if layer.kind == "lstm" or any(source.delay for source in layer.inputs):
        return "keeps a state from step to step"
    if any(source.reach == "all" for source in layer.inputs):
        return "reads all tokens, also those to come"
    if layer.kind == "input" and (len(layer.grid) != 1 or "steps" in layer.attributes):
        return "is an input of its own, not one of the sequence"
    return "" if layer.positions == 1 and layer.window is None else "has positions of its own"


def prompt_part(token: Graph) -> Graph:
    """The layers on which keys and values depend; these are its outputs."""
    cached = tuple(layer.name for layer in token.cached)
    needed, todo = set[str](), list(cached)
    while todo:
        name = todo.pop()
        if name not in needed:
            needed.add(name)
            todo += [source.layer for source in token[name].inputs]
    layers = tuple(layer for layer in token.layers if layer.name in needed)
    return replace(token, layers=layers, outputs=cached)
