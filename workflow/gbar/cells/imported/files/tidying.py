"""CellML as authors write it: initial values that it does not allow, and names that Myokit does not."""

from typing import Any

from gbar.cells.imported.files.xmlfile import local

INITIAL = "initial_value"
NAMING = ("component", "variable", "component_ref", "map_components", "map_variables", "connection")
NAMES = ("name", "component", "component_1", "component_2", "variable_1", "variable_2", INITIAL)
LETTER = "u"  # before a name that starts with an underscore


def tidied(root: Any) -> list[str]:
    """Take spaces off initial values, and the initial value off a variable that an equation gives its value.

    A name that starts with an underscore gets a letter before it.

    Args:
        root: the first element of a CellML file; it is changed.

    Returns:
        What was left out, in sentences.
    """
    _let_names_start_with_a_letter(root)
    findings = []
    for component in [one for one in root if local(one) == "component"]:
        computed = _computed(component)
        for variable in [one for one in component if local(one) == "variable" and one.get(INITIAL) is not None]:
            name, value = variable.get("name"), variable.get(INITIAL).strip()
            variable.set(INITIAL, value)
            if name in computed:
                del variable.attrib[INITIAL]
                findings.append(
                    f"{component.get('name')}.{name} follows from an equation; its initial value {value} is left out"
                )
    return findings


def _let_names_start_with_a_letter(root: Any) -> None:
    for one in root.iter():
        if local(one) == "ci" and (one.text or "").strip().startswith("_"):
            one.text = LETTER + one.text.strip()
        for key in NAMES if local(one) in NAMING else ():
            if (one.get(key) or "").strip().startswith("_"):
                one.set(key, LETTER + one.get(key).strip())


def _computed(component: Any) -> set[str]:
    """Return the variables that equations of a component give their values."""
    names = set()
    for math in [one for one in component if local(one) == "math"]:
        for equation in [one for one in math if local(one) == "apply" and len(one) == 3]:
            if local(equation[0]) == "eq" and local(equation[1]) == "ci":
                names.add((equation[1].text or "").strip())
    return names
