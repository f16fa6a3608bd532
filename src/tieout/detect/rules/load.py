"""Rules off the disk, and those that are shipped."""

from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from tieout.detect.rules.expression import parse
from tieout.detect.rules.model import Learnt, Profile, Rule, RuleFile, RuleSet
from tieout.detect.rules.reason import check_reason
from tieout.model.errors import InputError

# What each profile comes with.
_SHIPPED: dict[str, tuple[str, ...]] = {
    "payments": ("payments", "typologies"),
    "journal": ("journal",),
    "generic": (),
}


def load_rules(path: Path | None, profile: Profile) -> RuleSet:
    """The rules of a file, else those shipped for a profile; without those not enabled.

    Every condition, parameter and reason is parsed, so that a bad rule fails here. Raises
    InputError in one line: the file, the rule's id, what is wrong and what is expected.
    """
    if path is not None:
        return _enabled(_from_file(path))
    sets = [shipped_rules(name) for name in _SHIPPED[profile]]
    return _enabled(_joined(profile, sets))


def shipped_rules(name: str) -> RuleSet:
    """One of the shipped sets: payments, journal or typologies."""
    text = (
        resources.files("tieout.detect.rules").joinpath(f"shipped/{name}.yaml").read_text("utf-8")
    )
    return rules_of(text, source=f"{name}.yaml")


def _from_file(path: Path) -> RuleSet:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text; expected YAML with `rules`") from error
    return rules_of(text, source=str(path))


def rules_of(text: str, *, source: str) -> RuleSet:
    """The rules in a YAML text; `source` stands in messages. Raises InputError."""
    try:
        content = yaml.load(text, Loader=_Loader)  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or "not YAML"
        raise InputError(f"{source}: {where}{problem}; expected YAML with `rules`") from error
    if not isinstance(content, dict):
        raise InputError(f"{source}: expected a mapping with `rules` or `limits`")
    try:
        file = RuleFile.model_validate(content)
    except ValidationError as error:
        raise InputError(f"{source}: {_problem(error, content)}") from error
    own = _own(file, source)
    return _joined(file.name or Path(source).stem, [*map(shipped_rules, file.extends), own])


def _own(file: RuleFile, source: str) -> RuleSet:
    rules: dict[str, Rule] = {}
    for rule in (*file.rules, *(limit.as_rule() for limit in file.limits)):
        if rule.id in rules:
            raise InputError(f"{source}: rule {rule.id}: is there twice; expected ids to differ")
        complete = rule.model_copy(update={"params": {**file.params, **rule.params}})
        check_rule(complete, source)
        rules[rule.id] = complete
    return RuleSet(
        name=file.name, rules=tuple(rules.values()), sources=dict.fromkeys(rules, source)
    )


def check_rule(rule: Rule, source: str) -> None:
    """Parse all of a rule. Raises InputError for what is not a condition, a name or a sentence."""
    place = f"{source}: rule {rule.id}"
    parse(rule.when, place=f"{place}: when")
    for name, text in rule.let.items():
        parse(text, place=f"{place}: let {name}")
    for name, param in rule.params.items():
        if name in rule.let:
            raise InputError(f"{place}: {name!r} is in `params` and in `let`; expected one")
        if isinstance(param, Learnt):
            parse(param.of, place=f"{place}: params {name}: of")
    check_reason(rule.reason, place=f"{place}: reason")


def _joined(name: str, sets: list[RuleSet]) -> RuleSet:
    rules: dict[str, Rule] = {}
    sources: dict[str, str] = {}
    for each in sets:
        rules |= {rule.id: rule for rule in each.rules}
        sources |= each.sources
    return RuleSet(name=name, rules=tuple(rules.values()), sources=sources)


def _enabled(rules: RuleSet) -> RuleSet:
    return rules.model_copy(update={"rules": tuple(r for r in rules.rules if r.enabled)})


def _problem(error: ValidationError, content: dict[str, Any]) -> str:
    found = error.errors()
    # The deepest place is the part that is wrong; what holds it is called wrong as well.
    first = max(found, key=lambda each: len(each["loc"]))
    steps = [str(step) for step in first["loc"] if step not in {"float", "Learnt"}]
    place = ".".join(steps) or "file"
    if first["loc"][0] in {"rules", "limits"} and len(first["loc"]) > 1:
        entry = content[str(first["loc"][0])][int(first["loc"][1])]
        if isinstance(entry, dict) and "id" in entry:
            place = f"rule {entry['id']}: {'.'.join(steps[2:]) or 'rule'}"
    if first["type"] == "extra_forbidden":
        return f"{place}: no such field"
    message = "is missing" if first["type"] == "missing" else first["msg"]
    message = message.removeprefix("Value error, ")
    return f"{place}: {message[0].lower()}{message[1:]}"


class _Loader(yaml.SafeLoader):
    """Only `true` and `false` are truth values, so that NO stays a country and `on` a word."""


_Loader.yaml_implicit_resolvers = {
    first: [each for each in known if first in "tTfF" or not each[0].endswith(":bool")]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
