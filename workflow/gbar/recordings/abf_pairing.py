"""Which output of an ABF file drives the cell of a recorded voltage, by what the header tells of both.

The format has no field for it. What it has: the units of the outputs, whether they have a waveform, and which inputs
and outputs an amplifier has told its gain (a telegraph). Where these leave a choice, nothing is chosen.
"""

from gbar.recordings.abf_header import VOLTAGE_CLAMP, Header, Input, Output
from gbar.recordings.units import is_current, is_voltage


def clamped_voltage(header: Header, place: int) -> str:
    """Return why a voltage channel is one of a voltage clamp; empty where nothing tells so.

    Args:
        header: of the file.
        place: of the channel.
    """
    channel = header.inputs[place]
    if channel.clamp == VOLTAGE_CLAMP:
        return "the amplifier told that it was in voltage clamp"
    if channel.clamp > VOLTAGE_CLAMP or any(is_current(one.unit) for one in header.outputs):
        return ""
    measured = [one.name for one in header.inputs if is_current(one.unit)]
    commands = [f"{one.name} ({one.unit})" for one in header.outputs if is_voltage(one.unit)]
    if not measured or not commands:
        return ""
    return f"the amplifier measures a current ({', '.join(measured)}) and every command is a potential ({commands[0]})"


def driving(header: Header, place: int) -> tuple[Output | None, str]:
    """Return the output that injects current into the cell of a voltage channel.

    Args:
        header: of the file.
        place: of the channel.

    Returns:
        The output and an empty string, or None and why there is none, as the end of a sentence.
    """
    channel = header.inputs[place]
    currents = [one for one in header.outputs if is_current(one.unit)]
    if not currents:
        return None, "no output of the file is a current"
    voltages = _voltages(header)
    told = _in_order([one for one in header.inputs if one.telegraphed])
    commanded = [one for one in header.outputs if one.telegraphed]
    if channel.telegraphed and len(told) == len(commanded):
        return _current(commanded[told.index(channel)])
    if len(voltages) == 1:
        for some in ([one for one in currents if one.drives], currents):
            if len(some) == 1:
                return some[0], ""
        names = ", ".join(one.name for one in currents)
        return None, f"several outputs are currents ({names}), and nothing in the file tells which of them drives it"
    if channel in voltages and len(voltages) == len(currents):
        return currents[voltages.index(channel)], ""
    return None, (
        f"the file holds {len(voltages)} voltages, but {len(currents)} of its outputs are currents, and nothing in it "
        "tells which of them belong together"
    )


def _voltages(header: Header) -> list[Input]:
    """Return the channels that may be membrane potentials: those in mV; in other units only where none is in mV."""
    voltages = [one for one in header.inputs if is_voltage(one.unit)]
    return _in_order([one for one in voltages if one.unit == "mV"] or voltages)


def _in_order(channels: list[Input]) -> list[Input]:
    """Return channels in the order in which amplifiers are wired: by the numbers of the converter, as its outputs."""
    return sorted(channels, key=lambda one: one.number)


def _current(output: Output) -> tuple[Output | None, str]:
    if is_current(output.unit):
        return output, ""
    return None, f"the output of its amplifier, {output.name}, is in {output.unit or 'no unit'}, which is no current"


def measured_current(header: Header, place: int) -> int | None:
    """Return the place of the recorded current of the cell of a voltage channel; None where there is not just one."""
    currents = [at for at, one in enumerate(header.inputs) if is_current(one.unit)]
    alone = _voltages(header) == [header.inputs[place]]
    return currents[0] if alone and len(currents) == 1 else None
