"""Turn a schema violation into errors that name place, field, value, rule and remedy."""

from collections.abc import Callable, Iterable, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from simulator.base.document import Document, Path
from simulator.base.errors import InputError, InputErrors, did_you_mean

MAX_ERRORS = 20


class RuleError(ValueError):
    """What a model's own validator raises: the rule, and if it likes the remedy and the path below."""

    def __init__(self, rule: str, *, path: Sequence[str | int] = (), value: object = None, remedy: str = ""):
        super().__init__(rule)
        self.rule, self.path, self.value, self.remedy = rule, tuple(path), value, remedy


def placed(error: RuleError, document: Document, path: Path = ()) -> InputError:
    """The broken rule as an input error; ``path`` is where in the document the checked thing stands."""
    return _input_error(
        _Finding((*path, *error.path), error.rule, error.value, error.remedy, False), document
    )


class _Finding(NamedTuple):
    path: Path
    rule: str
    value: object
    remedy: str
    via_union: bool


def explain(error: ValidationError, document: Document, model: type[BaseModel]) -> InputErrors:
    """One error per wrong field of ``document``, in the order of its lines; ``model`` is what it failed."""
    findings = [_finding(dict(item), document, model) for item in error.errors(include_url=False)]
    merged = sorted(_merge(findings), key=lambda finding: document.line(finding.path))
    errors = [_input_error(finding, document) for finding in merged[:MAX_ERRORS]]
    if len(merged) > MAX_ERRORS:
        place = document.mark(()).file
        errors.append(InputError(f"{len(merged) - MAX_ERRORS} more errors are not shown", place=place))
    return InputErrors(errors)


def _input_error(finding: _Finding, document: Document) -> InputError:
    field = ".".join(map(str, finding.path))
    place = document.place(finding.path)
    return InputError(finding.rule, place=place, field=field, value=finding.value, remedy=finding.remedy)


def _finding(item: dict[str, Any], document: Document, model: type[BaseModel]) -> _Finding:
    path, parent, via_union = _locate(item["loc"], document.data, model)
    context = item.get("ctx", {})
    broken = context.get("error")
    if isinstance(broken, RuleError):
        return _Finding((*path, *broken.path), broken.rule, broken.value, broken.remedy, via_union)
    kind, value = item["type"], item["input"]
    if kind == "missing":
        return _Finding(path, "must be given", None, "", via_union)
    if kind == "extra_forbidden":
        return _Finding(
            path, "is not a known key", None, did_you_mean(str(path[-1]), _keys(parent)), via_union
        )
    if kind.startswith("union_tag"):
        return _tag_finding(path, value, context, via_union)
    remedy = did_you_mean(str(value), _choices(context)) if kind in ("literal_error", "enum") else ""
    return _Finding(path, _rule(kind, context, item["msg"]), _shown(value), remedy, via_union)


def _tag_finding(path: Path, value: Any, context: dict[str, Any], via_union: bool) -> _Finding:
    key = context["discriminator"].strip("'")
    if "tag" not in context:
        return _Finding((*path, key), "must be given", None, "", via_union)
    known = [tag.strip().strip("'") for tag in context["expected_tags"].split(",")]
    rule = f"must be one of {', '.join(known)}"
    return _Finding((*path, key), rule, context["tag"], did_you_mean(context["tag"], known), via_union)


def _shown(value: Any) -> object:
    """Whole mappings and lists say nothing in one line; their kind does."""
    if isinstance(value, dict):
        return "a mapping"
    return "null" if value is None else value


def _rule(kind: str, context: dict[str, Any], message: str) -> str:
    if kind in _RULES:
        return _RULES[kind](context)
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error", message))
    text = message.replace("Input should be", "must be").replace("Input should", "must")
    return text[:1].lower() + text[1:]


def _constant(text: str) -> Callable[[dict[str, Any]], str]:
    return lambda context: text


def _length(bound: str, key: str) -> Callable[[dict[str, Any]], str]:
    return lambda context: f"must have {bound} {context[key]} entries"


def _bound(words: str, key: str) -> Callable[[dict[str, Any]], str]:
    return lambda context: f"must be {words} {_plain(context[key])}"


def _plain(bound: Any) -> Any:
    """1.0 as 1."""
    return int(bound) if isinstance(bound, float) and bound.is_integer() else bound


_RULES: dict[str, Callable[[dict[str, Any]], str]] = {
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), _constant("must be an integer")),
    **dict.fromkeys(("float_type", "float_parsing"), _constant("must be a number")),
    **dict.fromkeys(("bool_type", "bool_parsing"), _constant("must be true or false")),
    **dict.fromkeys(("list_type", "tuple_type"), _constant("must be a list")),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), _constant("must be a mapping")),
    **dict.fromkeys(
        ("literal_error", "enum"), lambda context: f"must be one of {', '.join(_choices(context))}"
    ),
    "string_type": _constant("must be text"),
    "finite_number": _constant("must be a finite number"),
    "greater_than": _bound("greater than", "gt"),
    "greater_than_equal": _bound("at least", "ge"),
    "less_than": _bound("less than", "lt"),
    "less_than_equal": _bound("at most", "le"),
    "too_short": _length("at least", "min_length"),
    "too_long": _length("at most", "max_length"),
}


def _choices(context: dict[str, Any]) -> list[str]:
    expected = context["expected"].replace(" or ", ", ")
    return [choice.strip().strip("'") for choice in expected.split(",")]


def _merge(findings: Iterable[_Finding]) -> list[_Finding]:
    """Alternatives of a union complain one by one: keep the deepest, join equals with 'or'."""
    kept: dict[Path, _Finding] = {}
    everything = list(findings)
    deeper = {finding.path[:depth] for finding in everything for depth in range(len(finding.path))}
    for finding in everything:
        if finding.via_union and finding.path in deeper:
            continue
        first = kept.setdefault(finding.path, finding)
        if finding.rule not in first.rule:
            rule = f"{first.rule} or {finding.rule.removeprefix('must be ')}"
            kept[finding.path] = first._replace(rule=rule)
    return list(kept.values())


def _locate(loc: Sequence[str | int], data: Any, model: Any) -> tuple[Path, Any, bool]:
    """Key path in the document, the type around its last key, and whether a union was passed.

    A location also names the members of unions; walking model and data side by side tells them from keys.
    """
    path: Path = ()
    current = parent = model
    via_union = False
    for step in loc:
        members = _members(current)
        if len(members) > 1:
            via_union = True
            chosen = next((member for member in members if step in _labels(member)), None)
            if chosen is not None or not _exists(data, step):
                current = chosen
                continue
            current = None
        elif members:
            current = members[0]
        if step == "[key]":
            continue
        parent, path = current, (*path, step)
        current = _child(current, step)
        data = data[step] if _exists(data, step) else None
    return path, parent, via_union


def _exists(data: Any, step: str | int) -> bool:
    if isinstance(data, dict):
        return step in data
    return isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data)


def _members(annotation: Any) -> list[Any]:
    """Alternatives of a type, None aside."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, UnionType):
        alternatives = (part for part in get_args(annotation) if part is not NoneType)
        return [member for part in alternatives for member in _members(part)]
    return [] if annotation is None else [annotation]


def _labels(member: Any) -> set[str]:
    """What pydantic may call a member of a union: its name, or its discriminator values."""
    labels = {getattr(member, "__name__", ""), str(member)}
    if _is_model(member):
        for field in member.model_fields.values():
            if get_origin(field.annotation) is Literal:
                labels.update(map(str, get_args(field.annotation)))
    return labels


def _child(annotation: Any, step: str | int) -> Any:
    if _is_model(annotation):
        fields = annotation.model_fields.items()
        return next((field.annotation for name, field in fields if step in (name, field.alias)), None)
    arguments = get_args(annotation)
    if not arguments:
        return None
    if get_origin(annotation) is tuple and isinstance(step, int):
        return arguments[step] if step < len(arguments) and arguments[-1] is not Ellipsis else arguments[0]
    return arguments[-1]


def _keys(annotation: Any) -> list[str]:
    if not _is_model(annotation):
        return []
    return [field.alias or name for name, field in annotation.model_fields.items()]


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
