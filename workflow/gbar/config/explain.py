"""Checking values against a section, and saying in one sentence what is wrong with them."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from gbar.config.base import Section
from gbar.errors import UserError

AnySection = TypeVar("AnySection", bound=Section)


def checked(section: type[AnySection], values: Mapping[str, Any]) -> AnySection:
    """Return values as a section of the configuration.

    Args:
        section: what the values must be.
        values: plain data as read from YAML or JSON.

    Raises:
        UserError: a line for each mistake: the key, the value found, what is allowed.
    """
    _check_keys(values)
    plain = json.loads(json.dumps(values, default=str))
    try:
        return section.model_validate(plain)
    except ValidationError as error:
        findings = [finding for finding in error.errors(include_url=False) if not _follows_from_others(finding)]
        lines = dict.fromkeys(_explain(finding, plain) for finding in findings)
        raise UserError("configuration: " + "\n".join(lines)) from None


def parsed(section: type[AnySection], text: str, option: str = "--settings") -> AnySection:
    """Return a section from its canonical JSON, as the rules hand it to a verb.

    Raises:
        UserError: the text is no JSON object, or not that section.
    """
    return checked(section, json_object(text, option))


def json_object(text: str, option: str) -> dict[str, Any]:
    """Return what an option says as JSON.

    Raises:
        UserError: the text is no JSON object.
    """
    try:
        values = json.loads(text)
    except ValueError as error:
        raise UserError(f"{option}: {text!r} is no JSON ({error})") from None
    if not isinstance(values, dict):
        raise UserError(f"{option}: {text!r} is not allowed; it must be a JSON object")
    return values


def _check_keys(values: Any, section: str = "") -> None:
    """Raise `UserError` for a key that is no text: YAML takes no, off, 1 and 2026-01-01 for other things."""
    if isinstance(values, list):
        for value in values:
            _check_keys(value, section)
    if not isinstance(values, Mapping):
        return
    for key, value in values.items():
        if not isinstance(key, str):
            what = {True: "yes, on or true", False: "no, off or false", None: "null, ~ or nothing"}
            read = f" (that is what YAML reads of {what[key]})" if key is None or isinstance(key, bool) else ""
            place = f" of {section}" if section else ""
            raise UserError(f"configuration: the key {key!r}{place} is not allowed{read}; it must be text, in quotes")
        _check_keys(value, f"{section}.{key}".removeprefix("."))


def _explain(finding: Any, values: Mapping[str, Any]) -> str:
    """Return one of pydantic's findings as a sentence with the key as the user wrote it."""
    key, found, kind = _written_key(finding["loc"], values), finding["input"], finding["type"]
    match kind:
        case "missing":
            return f"{'.'.join(filter(None, [key, str(finding['loc'][-1])]))}: this key is missing"
        case "value_error":
            message = str(finding["ctx"]["error"])
            return f"{key}: {message}" if key else message
        case "union_tag_not_found":
            return f"{key}.{_tag(finding)}: this key is missing"
        case "union_tag_invalid":
            tag, allowed = _tag(finding), finding["ctx"]["expected_tags"]
            return f"{key}.{tag}: {found[tag]!r} is not allowed; it must be one of {allowed}"
        case "tuple_type" | "list_type":
            return f"{key}: {found!r} is not allowed; it must be a list"
        case "too_short":
            return f"{key}: {found!r} is not allowed; it must have at least {finding['ctx']['min_length']} entries"
        case "string_pattern_mismatch":
            return f"{key}: {found!r} is not allowed; it must match {finding['ctx']['pattern']}"
        case "model_type" | "dict_type" | "model_attributes_type":
            return f"{key}: {found!r} is not allowed; it must be a section with keys of its own"
    must = finding["msg"].removeprefix("Input ").replace("should", "must", 1)
    return f"{key}: {found!r} is not allowed; it {must if must.startswith('must') else f'failed: {must}'}"


def _tag(finding: Any) -> str:
    """Return the key that tells the branches of a union apart."""
    return finding["ctx"]["discriminator"].strip("'")


def _follows_from_others(finding: Any) -> bool:
    """Return whether a list is called too short only because entries of it are wrong, which is said of each."""
    return finding["type"] == "too_short" and len(finding["input"]) >= finding["ctx"]["min_length"]


def _written_key(location: tuple[str | int, ...], values: Any) -> str:
    """Return the dotted key of a finding; the names pydantic adds for the branches of a union are left out."""
    key = ""
    for part in location:
        if isinstance(values, Mapping) and part in values:
            values = values[part]
            key += f".{part}"
        elif isinstance(values, list) and isinstance(part, int) and part < len(values):
            values = values[part]
            key += f"[{part}]"
    return key.removeprefix(".")
