"""Draws biomarkers.svg of biomarkers.md: run it as `python docs/biomarkers_figure.py` after a change of definitions."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gbar import cells, stimuli
from gbar.config.explain import checked
from gbar.config.simulation import ProtocolSection
from gbar.figures.style import BLACK, GREY, PALETTE, mark_panel, page_figure, save, styled
from gbar.jobs.runtime import start_jax

SAMPLE_MS = 0.05
CELL = cells.get("tentusscher2004")


def simulated(cycle_length_ms: float, duration_ms: float, **scales: float):
    """Return a paced ventricular cell, simulated."""
    from gbar.solve.simulation import simulate

    protocol = {"stimulus": {"kind": "pacing", "cycle_length_ms": cycle_length_ms}}
    section = checked(ProtocolSection, protocol).stimulus_of(CELL)
    return simulate(
        CELL,
        scales,
        {},
        duration_ms=duration_ms,
        save_every_ms=SAMPLE_MS,
        stimulus=stimuli.build(section, CELL.stimulus, duration_ms, [0]),
        pulses_ms=stimuli.pulses_ms(section, CELL.stimulus, duration_ms)[0],
    )


def draw_measures(axes: Axes) -> None:
    """One beat, and what is measured of it."""
    found = simulated(1000, 4000)
    beats, which = found.reading.beats, 2
    upstroke, peak, mdp = (getattr(beats, name)[which] for name in ("upstroke_ms", "peak_mV", "mdp_mV"))
    axes.plot(found.time_ms - upstroke, found.V_mV, color=PALETTE[0])
    axes.axhline(mdp, color=GREY, linewidth=0.6)
    axes.text(395, mdp + 2, "MDP", color=GREY, ha="right")
    axes.annotate("peak", (4, peak), (60, peak + 10), arrowprops={"arrowstyle": "-", "color": GREY}, va="center")
    for percent in (30, 50, 75, 90):
        level = peak - percent / 100 * (peak - mdp)
        apd = getattr(beats, f"apd{percent}_ms")[which]
        axes.annotate("", (0, level), (apd, level), arrowprops={"arrowstyle": "<->", "linewidth": 0.7, "shrinkA": 0})
        axes.text(40, level + 2, f"APD{percent}")
    axes.plot(0, np.interp(upstroke, found.time_ms, found.V_mV), "o", color=PALETTE[1], markersize=4)
    axes.text(-8, -20, "upstroke:\nsteepest\ndV/dt", ha="right", va="center", color=PALETTE[1])
    axes.set(xlim=(-110, 400), ylim=(-100, 55))
    mark_panel(axes, "one beat")


def draw_pulses(axes: Axes) -> None:
    """A cell that follows every second pulse."""
    found = simulated(300, 6000)
    shown = (found.time_ms >= 4800) & (found.time_ms < 6000)
    axes.plot(found.time_ms[shown] - 4800, found.V_mV[shown], color=PALETTE[0])
    for pulse, has_captured in zip(found.reading.pulses_ms - 4800, found.reading.captured, strict=True):
        if 0 <= pulse < 1200:
            axes.plot(pulse, -95, "^" if has_captured else "x", color=BLACK if has_captured else PALETTE[1])
            axes.text(pulse + 28, -97, "captured" if has_captured else "failed", fontsize=7, va="center")
    axes.set(xlim=(-20, 1200), ylim=(-105, 55))
    mark_panel(axes, f"class: {found.course}")


def draw_afterdepolarisation(axes: Axes) -> None:
    """A beat with early afterdepolarisations."""
    found = simulated(2000, 4000, gCaL=3, gKr=0.2, gKs=0.2)
    beats = found.reading.beats
    axes.plot(found.time_ms, found.V_mV, color=PALETTE[0])
    takeoff, height = beats.ead_takeoff_mV[0], beats.ead_height_mV[0]
    rises = np.flatnonzero(np.isclose(found.V_mV, takeoff, atol=1e-6) & (found.time_ms > beats.upstroke_ms[0] + 100))
    axes.plot(found.time_ms[rises[0]], takeoff, "o", color=PALETTE[1], markersize=4)
    axes.annotate(
        f"take-off \N{MINUS SIGN}{-takeoff:.0f} mV,\nheight {height:.0f} mV",
        (found.time_ms[rises[0]], takeoff),
        (found.time_ms[rises[0]] + 300, -55),
        color=PALETTE[1],
        arrowprops={"arrowstyle": "-", "color": PALETTE[1], "linewidth": 0.7},
        ha="center",
    )
    axes.set(xlim=(-20, 2600), ylim=(-105, 55))
    mark_panel(axes, f"class: {found.course}")


@styled
def draw() -> Figure:
    """Draw the figure."""
    figure = page_figure(height_mm=130)
    layout = figure.add_gridspec(2, 2)
    panels = [figure.add_subplot(place) for place in (layout[0, :], layout[1, 0], layout[1, 1])]
    for axes, panel in zip(panels, (draw_measures, draw_pulses, draw_afterdepolarisation), strict=True):
        panel(axes)
        axes.set(xlabel="time (ms)", ylabel="V (mV)")
    panels[0].set_xlabel("time from the upstroke (ms)")
    return figure


if __name__ == "__main__":
    start_jax(x64=True)
    save(draw(), Path(__file__).with_name("biomarkers.svg"))
