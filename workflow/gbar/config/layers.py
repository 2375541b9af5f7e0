"""Configurations laid over each other: what one that is laid over another inherits, and how that is said.

Keys that are named replace those beneath, sections are joined key by key. But what a section is tells which keys it
has: a design, a stimulus or a network of another kind, or a cell of another name, inherits nothing. With another cell
a sweep does not inherit stimulus and solver either, which are as usual for the cell where nothing is said.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from gbar.errors import UserError

# What is one thing or another by the value of this key.
KINDS = {"cell": "name", "design": "kind", "stimulus": "kind", "network": "name"}
SHOWN = 6  # inherited keys named in a message


def laid_over(beneath: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration with another one laid over it."""
    values = dict(beneath)
    if _is_another(beneath.get("cell"), above.get("cell"), "cell"):
        values.pop("solver", None)
        if isinstance(protocol := values.get("protocol"), Mapping):
            values["protocol"] = {key: value for key, value in protocol.items() if key != "stimulus"}
    for key, value in above.items():
        held = values.get(key)
        if isinstance(value, Mapping) and isinstance(held, Mapping) and not _is_another(held, value, key):
            values[key] = laid_over(held, value)
        else:
            values[key] = value
    return values


def joined(layers: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Return the configuration that named ones make up, the lowest first."""
    values: dict[str, Any] = {}
    for _, above in layers:
        values = laid_over(values, above)
    return values


def _is_another(held: Any, value: Any, key: str) -> bool:
    """Tell whether a section names another kind, or another cell, than the one beneath it."""
    if key not in KINDS or not isinstance(held, Mapping) or not isinstance(value, Mapping):
        return False
    named = value.get(KINDS[key])
    return named is not None and named != held.get(KINDS[key])


def typed(values: Any) -> Any:
    """Return what `--config` hands over as text, where null is dropped as in YAML."""
    if isinstance(values, Mapping):
        return {key: typed(value) for key, value in values.items()}
    if isinstance(values, list):
        return [typed(value) for value in values]
    return None if values in ("null", "~") else values


def inherited(message: str, layers: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """Return what the sections that a message is about inherit, in words; nothing where they inherit nothing.

    Args:
        message: lines that begin with the key of a section, as `gbar.config.explain` writes them.
        layers: name and values of each configuration, the lowest first.
    """
    if len(layers) < 2 or not message.startswith("configuration: "):
        return ""
    name, own, whole = layers[0][0], joined(layers[1:]), joined(layers)
    said: dict[str, str] = {}
    for line in message.removeprefix("configuration: ").splitlines():
        for section in _sections(line.partition(": ")[0]):
            above, here = _at(own, section), _at(whole, section)
            if above is None:
                continue
            if not isinstance(above, Mapping) or not isinstance(here, Mapping):
                break  # a value that is the user's own
            if keys := [key for key in here if key not in above and here[key] is not None]:
                more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
                said[section] = f"{section} inherits {', '.join(map(str, keys[:SHOWN]))}{more} from {name}"
            break
    return "\n".join([*said.values(), "A key that is set to null is not inherited."]) if said else ""


def _sections(key: str) -> Iterator[str]:
    """Yield a dotted key and those of the sections around it, the innermost first."""
    parts = key.split(".")
    for length in range(len(parts), 0, -1):
        yield ".".join(parts[:length])


def _at(values: Any, key: str) -> Any:
    for part in key.split("."):
        values = values.get(part) if isinstance(values, Mapping) else None
    return values


def check_yaml(path: str | Path) -> None:
    """Check what YAML readers pass over in silence.

    Raises:
        UserError: a key is there twice, of which the last would win.
    """
    if Path(path).suffix == ".json":
        return
    try:
        with Path(path).open(encoding="utf-8") as file:
            root = yaml.compose(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"{path}: cannot be read as YAML ({error})") from None
    waiting, seen = [("", root)], set()
    while waiting:
        section, node = waiting.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += [(section, one) for one in node.value]
        if not isinstance(node, yaml.MappingNode):
            continue
        first: dict[Any, int] = {}
        for key, value in node.value:
            name = f"{section}.{key.value}".removeprefix(".") if isinstance(key, yaml.ScalarNode) else section
            line = key.start_mark.line + 1
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                if key.value in first:
                    raise UserError(
                        f"{path} line {line}: {name} is there twice, first in line {first[key.value]}; "
                        "give one of them another name, or join them"
                    )
                first[key.value] = line
            waiting.append((name, value))
