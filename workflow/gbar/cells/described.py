"""A cell in words: what can be scaled and set, how it is driven, and what was understood of one from a file."""

from collections import Counter
from collections.abc import Iterator
from typing import get_args

from gbar import cells
from gbar.cells.cell import Cell, Parameter, Tissue


def described(cell: Cell) -> Iterator[str]:
    """Yield the lines that say what there is to know of a cell; of a file's, with the other names of its currents."""
    of_file = "@" in cell.name
    yield f"{cell.name}: {cell.title}"
    yield f"  {cell.reference}"
    yield f"  variants: {', '.join(cell.variants)} (default {cell.variant})"
    if cell.currents:
        yield "  currents (--scale NAME=FACTOR, 1 is the cell's own):"
        for current in cell.currents:
            also = f" (also {', '.join(current.also)})" if of_file and current.also else ""
            yield f"    {current.name:<8} {current.meaning}{also}"
    yield "  parameters (--set NAME=VALUE):"
    for parameter in cell.parameters:
        span = _span(parameter, "designs" if of_file else "published designs")
        yield f"    {parameter.name:<10} {parameter.default:g} {parameter.unit}: {parameter.meaning}{span}"
    stimulus = cell.stimulus
    unit = "without unit" if stimulus.unit == "1" else stimulus.unit
    since = f", from {stimulus.on_from_ms:g} ms on" if stimulus.on_from_ms else ""
    yield (
        f"  stimulus: {stimulus.kind or 'none'} when left out; a unit waveform times {stimulus.gain:g} ({unit}){since}"
    )
    yield f"  methods: {', '.join(cell.methods)} (default {cell.methods[0]}); fixed step {cell.dt_ms:g} ms"


def understood(cell: Cell) -> Iterator[str]:
    """Yield the lines that say what was understood of the files of a cell."""
    if cells.is_neuron(cell):
        from gbar.cells.neurons import cache as neurons

        yield from neurons.table(cell)["findings"]
        return
    from gbar.cells.imported import cache

    table = cache.table(cell)
    kind = "neuron" if cell.tissue == "neuron" else f"{cell.tissue} cell"
    others = " or ".join(one for one in get_args(Tissue) if one != cell.tissue)
    yield f"V is {table['file_states'][0]}; {_states(cell)}"
    yield f"beats are told as those of a {kind}; `beats: {{kind: ...}}` makes it {others}"
    yield from table["findings"]
    yield from table["singular"]


def equations(cell: Cell) -> str:
    """Return the equations of a cell from files, as gbar solves them: Python."""
    if cells.is_neuron(cell):
        from gbar.cells.neurons import cache as neurons

        return "\n\n".join(neurons.texts_of(cell).values())
    from gbar.cells.imported import cache

    return cache.text_of(cell)


def _span(parameter: Parameter, of: str) -> str:
    return "" if parameter.range is None else f" ({of}: {parameter.range[0]:g} to {parameter.range[1]:g})"


def _states(cell: Cell) -> str:
    core = [state.name for state in cell.states if state.is_core]
    kinds = Counter(state.kind for state in cell.states)
    counted = ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in kinds.items())
    return f"{len(cell.states)} states ({counted}), of which the core is {', '.join(core)}"
