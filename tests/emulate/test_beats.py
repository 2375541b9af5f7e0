"""Beats seen alone: cut loose from the next one, compressed, and put together again."""

import jax.numpy as jnp
import numpy as np
import pytest
from tests.action_potentials import reference_trace

from gbar import nets
from gbar.emulate.beats import principal_components, without_next_beat
from gbar.emulate.cutting import cut, window_beats, window_starts
from gbar.emulate.windows import WindowSettings
from gbar.nets.latent import FADE, Latent
from gbar.traces.reading import find_beats


def test_a_beat_goes_on_smoothly_where_the_next_would_begin() -> None:
    t = np.arange(300.0)
    traces = np.stack([0.1 * t, 0.1 * t, 0.1 * t])
    traces[:, 200:] += 100
    alone = without_next_beat(traces, np.array([150.7, np.nan, 299.0]), ease=50)
    np.testing.assert_array_equal(alone[1:], traces[1:])
    np.testing.assert_array_equal(alone[0, :151], traces[0, :151])
    slope = np.diff(alone[0, 150:])
    assert slope[0] == pytest.approx(0.1, rel=0.02)
    assert np.all(np.diff(slope) < 0)
    assert alone[0, -1] == pytest.approx(15 + 0.1 * 50, abs=0.5)


def test_principal_components_are_those_of_the_singular_value_decomposition() -> None:
    stream = np.random.default_rng(3)
    traces = (stream.normal(size=(80, 40)) * 0.5 ** np.arange(40) @ stream.normal(size=(40, 120))).astype(np.float32)
    found = principal_components(traces, 5)
    exact = np.linalg.svd(traces - traces.mean(axis=0), full_matrices=False)[2][:5]
    np.testing.assert_allclose(abs(np.sum(found.basis * exact, axis=1)), 1, atol=1e-4)
    np.testing.assert_allclose(found.basis @ found.basis.T, np.eye(5), atol=1e-5)
    np.testing.assert_allclose(found.encode(traces), found.coefficients, atol=1e-4)


def test_a_window_put_together_from_its_beats_is_the_window() -> None:
    """The control cell beats 1.2 times a window: shapes from its components, timing from its trace."""
    v, dt = reference_trace("control")
    settings = WindowSettings(overlap=True)
    beats = find_beats(v, dt)
    which = window_beats(beats, len(v), dt, settings)
    starts = window_starts(beats[which], dt, settings)
    windows = cut(v, starts, settings)
    sample_ms = 0.12
    upstroke = (beats.upstroke_ms[which] - starts * dt) / sample_ms - settings.trim
    cycle = np.append(beats.cycle_length_ms[1:], np.nan)[which] / sample_ms
    alone = without_next_beat(windows, cycle + FADE * upstroke, FADE * upstroke[0])
    components = principal_components(alone, len(which) - 1)

    network = nets.build(
        {"name": "latent", "rank": len(which) - 1, "members": 1, "widths": [2], "activation": "relu", "beats": 2},
        1,
        4900,
    )
    assert isinstance(network, Latent)
    network.mean[...], network.basis[...] = jnp.asarray(components.mean), jnp.asarray(components.basis)
    network.upstroke[...] = jnp.float32(upstroke.mean())
    pairs = np.stack([components.coefficients[:-1], components.coefficients[1:]])
    joined = network._join(jnp.asarray(pairs, jnp.float32), jnp.asarray([cycle[:-1]] * 2, jnp.float32))
    error = np.asarray(joined) - windows[:-1]
    assert np.std(windows[0, 4000:]) > 20, "the next upstroke is in the window"
    assert np.sqrt(np.mean(error**2)) < 0.15
