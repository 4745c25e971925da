"""No option is given for nothing."""

import typer

from simulator.base.errors import InputError

_NEEDS = {
    "after": "accuracy",
    "instances": "accuracy",
    "weights": "accuracy",
    "against_batch": "against",
}
"""Option of ``run`` -> the one of which it says something."""


def check_needed(context: typer.Context) -> None:
    """Raises InputError for an option of ``run`` that says nothing beside the others that are given."""
    given = {name for name in context.params if _given(context, name)}
    for option, other in _NEEDS.items():
        if option in given and other not in given:
            raise _idle(context, option, f"says something of {_named(other)}", f"Give {_named(other)} too")
    if {"seed", "trace"} <= given and not {"load", "accuracy"} & given:
        raise _idle(context, "seed", "draws nothing: the trace says what arrives when", "Leave it out")


def check_drawn(context: typer.Context) -> None:
    """Raises InputError for a size of what ``accuracy`` reads from a file."""
    from simulator.study.product_words import check_drawn as check

    size, vectors = (context.params[name] if _given(context, name) else None for name in ("size", "vectors"))
    check(context.params["matrix"], context.params["inputs"], size, vectors)


def _given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _named(option: str) -> str:
    return f"--{option.replace('_', '-')}"


def _idle(context: typer.Context, option: str, rule: str, remedy: str) -> InputError:
    return InputError(rule, field=_named(option), value=context.params[option], remedy=remedy)
