"""Valid convolution of time series of few channels, and pooling, in the forms that are fastest where they run.

On a GPU a convolution is `lax.conv_general_dilated`. On a CPU the same numbers come in another way: XLA has a fast
convolution there only for operands in the order (batch, time, channel), and inside a loop, as an epoch is, it does not
bring others into that order. Gradients as differentiation states them would take 40 times as long, so they are stated
as convolutions of that order here.

Few channels make small matrix products. There `TOGETHER` = f successive samples of the output are taken for one, of f
times the channels, as the product of the K + f - 1 samples of the input that they depend on with one matrix:

    [y_jf ... y_(jf+f-1)] = [x_jf ... x_(jf+f+K-2)] W,    W_(i c, l d) = w_(i-l c d), zero where w has no such sample

which is the same sum, with (K + f - 1) / K times the products, but in larger matrices.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

# Measured with kernels of 6 samples on a core with AVX-512: 18 channels take 0.7 of the time of a convolution.
TOGETHER, FEW_CHANNELS = 4, 20


def convolve(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """Return y_(n t d) = sum over k, c of x_(n t+k c) w_(k c d): a convolution without padding, at every sample.

    Args:
        x: (batch, T, channels).
        kernel: w, (K, channels, new channels), K at most T.

    Returns:
        (batch, T - K + 1, new channels).
    """
    return _on_cpu(x, kernel) if jax.default_backend() == "cpu" else _plain(x, kernel)


def _plain(x: jax.Array, kernel: jax.Array) -> jax.Array:
    return lax.conv_general_dilated(x, kernel, (1,), "VALID", dimension_numbers=("NWC", "WIO", "NWC"))


@jax.custom_vjp
def _on_cpu(x: jax.Array, kernel: jax.Array) -> jax.Array:
    return _fast(x, kernel)


def _forward(x: jax.Array, kernel: jax.Array) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return _fast(x, kernel), (x, kernel)


def _backward(kept: tuple[jax.Array, jax.Array], dy: jax.Array) -> tuple[jax.Array, jax.Array]:
    x, kernel = kept
    edge = len(kernel) - 1
    dx = _fast(jnp.pad(dy, ((0, 0), (edge, edge), (0, 0))), kernel[::-1].swapaxes(1, 2))
    # A sum over batch and time: the batch takes the place of the channels, and they of the batch.
    dkernel = _plain(x.transpose(2, 1, 0), dy.transpose(1, 0, 2)).swapaxes(0, 1)
    return dx, dkernel


_on_cpu.defvjp(_forward, _backward)


def _fast(x: jax.Array, kernel: jax.Array) -> jax.Array:
    (n, T, channels), (K, _, width) = x.shape, kernel.shape
    if channels > FEW_CHANNELS:
        return _plain(x, kernel)
    f, found, reach = TOGETHER, T - K + 1, TOGETHER + K - 1
    groups, spanned = -(-found // f), -(-reach // f)
    # Groups of f samples; what is filled up reaches only samples beyond the ones that are found.
    length = (groups + spanned - 1) * f
    x = jnp.pad(x, ((0, 0), (0, max(0, length - T)), (0, 0)))[:, :length].reshape(n, -1, f * channels)
    windows = jnp.concatenate([x[:, q : q + groups] for q in range(spanned)], axis=-1)[..., : reach * channels]
    W = jnp.stack([jnp.pad(kernel, ((l, f - 1 - l), (0, 0), (0, 0))) for l in range(f)], axis=2)
    y = windows.reshape(n * groups, -1) @ W.reshape(reach * channels, f * width)
    return y.reshape(n, groups * f, width)[:, :found]


def pool(x: jax.Array, size: int) -> jax.Array:
    """Return the largest of every `size` successive samples; those left over at the end are dropped.

    The gradient goes to the first of the largest ones.

    Args:
        x: (batch, T, channels).
        size: at most T.

    Returns:
        (batch, floor(T / size), channels).
    """
    return _pool(x, size)


def _largest(x: jax.Array, size: int) -> jax.Array:
    return _pool_forward(x, size)[0]


def _pool_forward(x: jax.Array, size: int) -> tuple[jax.Array, tuple[jax.Array, int]]:
    n, T, channels = x.shape
    # The samples of a pool side by side, so that its largest is found in slices, not by a reduction.
    pools = x[:, : T // size * size].reshape(n, T // size, size * channels)
    kind = np.min_scalar_type(size)
    largest = pools[..., :channels]
    which = jnp.zeros(largest.shape, kind)
    for place in range(1, size):
        sample = pools[..., place * channels : (place + 1) * channels]
        which = jnp.where(sample > largest, kind.type(place), which)
        largest = jnp.maximum(largest, sample)
    return largest, (which, T)


def _pool_backward(size: int, kept: tuple[jax.Array, int], dy: jax.Array) -> tuple[jax.Array]:
    which, T = kept
    n, pools, channels = dy.shape
    dx = jnp.concatenate([jnp.where(which == place, dy, 0.0) for place in range(size)], axis=-1)
    return (jnp.pad(dx.reshape(n, pools * size, channels), ((0, 0), (0, T - pools * size), (0, 0))),)


_pool = jax.custom_vjp(_largest, nondiff_argnums=(1,))
_pool.defvjp(_pool_forward, _pool_backward)
