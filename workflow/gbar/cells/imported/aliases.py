"""The common names of currents: what the field calls them, whatever the file does.

`OXMETA` are the terms of the Oxford metadata that CellML files are annotated with; a file's own name counts where it is
the common one but for case, underscores and the position of a b (i_b_Ca, ICab).
"""

import re

# common name: (terms of oxmeta, "membrane_X_current" unless written out; spellings in small letters without
# underscores; meaning)
_KNOWN: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "INa": (("fast_sodium",), ("ina", "inaf"), "fast Na"),
    "INaL": (("persistent_sodium",), ("inal",), "late Na"),
    "ICaL": (("L_type_calcium",), ("ical", "icaca", "isi"), "L-type Ca"),
    "ICaT": (("T_type_calcium",), ("icat",), "T-type Ca"),
    "IKr": (("rapid_delayed_rectifier_potassium",), ("ikr",), "rapid delayed rectifier K"),
    "IKs": (("slow_delayed_rectifier_potassium",), ("iks",), "slow delayed rectifier K"),
    "IK": (("delayed_rectifier_potassium",), ("ik",), "delayed rectifier K"),
    "IK1": (("inward_rectifier_potassium",), ("ik1",), "inward rectifier K"),
    "Ito": (("transient_outward",), ("ito",), "transient outward K"),
    "Itof": (("fast_transient_outward",), ("itof",), "fast transient outward K"),
    "Itos": (("slow_transient_outward",), ("itos",), "slow transient outward K"),
    "IKur": (("ultrarapid_delayed_rectifier_potassium",), ("ikur",), "ultra-rapid delayed rectifier K"),
    "If": (("hyperpolarisation_activated_funny",), ("if",), "hyperpolarisation-activated (funny)"),
    "INaK": (("sodium_potassium_pump",), ("inak",), "Na-K pump"),
    "IpCa": (("calcium_pump",), ("ipca", "icap"), "sarcolemmal Ca pump"),
    "INaCa": (("sodium_calcium_exchanger",), ("inaca", "incx"), "Na-Ca exchanger"),
    "ICab": (("background_calcium",), ("icab", "ibca"), "background Ca"),
    "INab": (("background_sodium",), ("inab", "ibna"), "background Na"),
    "IKb": (("background_potassium",), ("ikb", "ibk"), "background K"),
    "IKp": (("plateau_potassium",), ("ikp", "ipk"), "plateau K"),
    "IKACh": (("acetylcholine_sensitive",), ("ikach",), "acetylcholine-activated K"),
    "Ileak": (("leakage",), ("ileak",), "leak"),
    "Jrel": (("SR_release_current",), ("jrel", "irel"), "Ca release from the reticulum"),
    "Jup": (("SR_uptake_current",), ("jup", "iup"), "Ca uptake into the reticulum"),
    "Jleak": (("SR_leak_current",), ("jleak",), "Ca leak of the reticulum"),
}
FLUXES = ("Jrel", "Jup", "Jleak")
MEANINGS = {common: meaning for common, (_, _, meaning) in _KNOWN.items()}
_OF_OXMETA = {
    term if term.endswith("_current") else f"membrane_{term}_current": common
    for common, (terms, _, _) in _KNOWN.items()
    for term in terms
}
_OF_SPELLING = {spelling: common for common, (_, spellings, _) in _KNOWN.items() for spelling in spellings}


def oxmeta_of(common: str) -> list[str]:
    """Return the oxmeta terms of a common name."""
    return [term for term, name in _OF_OXMETA.items() if name == common]


def of_annotations(also: tuple[str, ...]) -> str | None:
    """Return the common name of a variable by its oxmeta terms or its label."""
    for term in also:
        found = _OF_OXMETA.get(term) or (_OF_SPELLING.get(_small(term)) if term[:1] in "IiJ" else None)
        if found:
            return found
    return None


def of_spelling(name: str) -> str | None:
    """Return the common name of a variable by its own."""
    return _OF_SPELLING.get(_small(name))


def starts(name: str, common: str) -> bool:
    """Return whether a name is a spelling of a common one with something behind it, as INa_jn is of INa."""
    return any(_small(name).startswith(spelling) for spelling in _KNOWN[common][1])


def conductances_of(common: str) -> tuple[str, ...]:
    """Return what the conductance of a current is commonly called: gKr, GKr of IKr; nothing of a flux."""
    return () if common not in MEANINGS or common in FLUXES else (f"g{common[1:]}", f"G{common[1:]}")


def _small(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
