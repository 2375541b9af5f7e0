"""CellML 1.1 and 2.0: components and units imported from files beside the model, taken into it.

A component is taken with those encapsulated in it, the connections among them, and the units of its file, which are
renamed so that those of two files do not meet. Nothing is read from a network, or from outside of the model's folder.
"""

import copy
from pathlib import Path
from typing import Any

import lxml.etree as etree

from gbar.cells.imported.files.xmlfile import local, parsed
from gbar.errors import UserError

HREF = "{http://www.w3.org/1999/xlink}href"
DEEPEST = 20  # files that import each other


def resolved(root: Any, path: Path, depth: int = 0) -> Any:
    """Return a model with what it imports in place.

    Args:
        root: the model's first element; it is changed.
        path: of its file.
        depth: how many files import this one.

    Raises:
        UserError: a file that is not there or not beside the model, a component or unit that it lacks, a loop.
    """
    if depth > DEEPEST:
        raise UserError(f"{path}: imports itself")
    for number, element in enumerate([child for child in root if local(child) == "import"]):
        source = _source(element, path)
        imported = resolved(parsed(source), source, depth + 1)
        root.remove(element)
        _take_units(root, element, imported, f"{source.stem}_{depth}_{number}_", source)
        root.extend(copy.deepcopy(one) for one in imported if local(one) == "RDF")
        for wanted in element:
            if local(wanted) == "component":
                _take_component(root, wanted.get("name"), wanted.get("component_ref"), imported, source)
    return root


def _source(element: Any, path: Path) -> Path:
    href = (element.get(HREF) or "").partition("#")[0]
    source = (path.parent / href).resolve()
    if "://" in href or not href or not source.is_relative_to(path.parent.resolve()):
        raise UserError(f"{path}: imports {href!r}; only files beside the model are read: put it there")
    if not source.is_file():
        raise UserError(f"{path}: imports {href}, which is not there")
    return source


def _take_units(root: Any, element: Any, imported: Any, prefix: str, source: Path) -> None:
    """Take all units of an imported file, renamed, and those asked for by name under theirs."""
    found = {unit.get("name"): unit for unit in imported if local(unit) == "units"}
    for unit in found.values():
        unit.set("name", prefix + unit.get("name"))
    for one in imported.iter():
        key = one.get("units")
        if key in found:
            one.set("units", prefix + key)
        for attribute in list(one.attrib):
            if etree.QName(attribute).localname == "units" and one.get(attribute) in found:
                one.set(attribute, prefix + one.get(attribute))
    for unit in found.values():
        root.insert(0, unit)
    for wanted in element:
        if local(wanted) == "units":
            reference = wanted.get("units_ref")
            if reference not in found:
                raise UserError(f"{source}: has no units {reference!r}")
            unit = copy.deepcopy(found[reference])
            unit.set("name", wanted.get("name"))
            root.insert(0, unit)


def _take_component(root: Any, name: str, reference: str, imported: Any, source: Path) -> None:
    """Take a component under a name, with those encapsulated in it and the connections among them."""
    components = {one.get("name"): one for one in imported if local(one) == "component"}
    if reference not in components:
        raise UserError(f"{source}: has no component {reference!r}")
    kept = [reference, *_inside(imported, reference)]
    names = {one: name if one == reference else f"{name}_{one}" for one in kept}
    for one in kept:
        component = copy.deepcopy(components[one])
        component.set("name", names[one])
        root.append(component)
    for connection in [one for one in imported if local(one) == "connection"]:
        taken = copy.deepcopy(connection)
        ends = next((one for one in taken if local(one) == "map_components"), taken)  # CellML 2.0 has none
        if ends.get("component_1") in names and ends.get("component_2") in names:
            for end in ("component_1", "component_2"):
                ends.set(end, names[ends.get(end)])
            root.append(taken)
    if len(kept) > 1:
        for group in _groups(imported):
            _take_group(root, group, names)


def _inside(imported: Any, reference: str) -> list[str]:
    """Return the components encapsulated in one, at any depth."""
    for group in _groups(imported):
        for one in group.iter():
            if local(one) == "component_ref" and one.get("component") == reference:
                return [
                    inner.get("component")
                    for inner in one.iter()
                    if inner is not one and local(inner) == "component_ref"
                ]
    return []


def _groups(model: Any) -> list[Any]:
    """Return the encapsulations of a model: groups in CellML 1.1, one element in 2.0."""
    return [one for one in model if local(one) in ("group", "encapsulation")]


def _take_group(root: Any, group: Any, names: dict[str, str]) -> None:
    """Take the part of an encapsulation that is about some components."""
    found = next((one for one in group.iter() if one.get("component") in names), None)
    if found is None:
        return
    part = copy.deepcopy(found)
    for inner in part.iter():
        if local(inner) == "component_ref":
            inner.set("component", names[inner.get("component")])
    own = next((one for one in _groups(root) if local(one) == "encapsulation"), None)
    if own is None:
        own = etree.SubElement(root, group.tag)
        own.extend(copy.deepcopy(child) for child in group if local(child) == "relationship_ref")
    there = next((one for one in own.iter() if one.get("component") == part.get("component")), None)
    if there is None:
        own.append(part)
    else:
        there.extend(part)
