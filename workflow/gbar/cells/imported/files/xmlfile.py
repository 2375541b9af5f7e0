"""The XML of a CellML file, safely read: no entities, nothing from a network, imports taken in from files beside it."""

from pathlib import Path
from typing import Any

import lxml.etree as etree

from gbar.errors import UserError

OXMETA = "oxford-metadata#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
BQBIOL = "http://biomodels.net/biology-qualifiers/"
CMETA_ID = "{http://www.cellml.org/metadata/1.0#}id"


def parsed(path: Path) -> Any:
    """Return the root element of an XML file without its comments.

    Raises:
        UserError: it is no XML, or one that defines entities.
    """
    parser = etree.XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False, no_network=True)
    try:
        tree = etree.parse(str(path), parser)
    except (etree.XMLSyntaxError, OSError, ValueError) as error:
        raise UserError(f"{path}: is no XML ({_first_line(error)})") from None
    if tree.docinfo.internalDTD is not None and len(list(tree.docinfo.internalDTD.iterentities())):
        raise UserError(f"{path}: defines entities of its own, which no model needs; write out what they stand for")
    return tree.getroot()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def annotations(root: Any) -> dict[tuple[str, str], list[str]]:
    """Return the oxmeta terms of each variable, by component and name, wherever in the file the RDF stands."""
    terms: dict[str, list[str]] = {}
    for description in root.iter(f"{{{RDF}}}Description"):
        about = description.get(f"{{{RDF}}}about", "").removeprefix("#")
        for child in description.iter(f"{{{BQBIOL}}}is"):
            resource = child.get(f"{{{RDF}}}resource", "")
            if about and OXMETA in resource:
                terms.setdefault(about, []).append(resource.rpartition("#")[2])
    found = {}
    for component in root:
        if local(component) == "component":
            for variable in component:
                if local(variable) == "variable" and variable.get(CMETA_ID) in terms:
                    found[component.get("name"), variable.get("name")] = terms[variable.get(CMETA_ID)]
    return found


def local(element: Any) -> str:
    """Return the name of an element without its namespace."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
