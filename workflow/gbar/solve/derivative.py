"""Sparse Jacobians by forward-mode differentiation that keeps track of what depends on what.

A cell's right-hand side couples few states: 111 of the 900 entries of a 30-state cell are not zero, and most
intermediate results depend on the voltage alone. Walking the traced program once, with a tangent for each state
that a result depends on and none for the others, costs about two evaluations of the right-hand side and finds
the sparsity by itself, so that a cell has nothing to declare.
"""

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
from jax.extend.core import Jaxpr, JaxprEqn, Literal

Tangents = dict[int, jax.Array]  # of one value, by the input it is a derivative with respect to


def sparse_jacobian(
    f: Callable[..., Sequence[jax.Array]], x: Sequence[jax.Array]
) -> tuple[list[jax.Array], dict[tuple[int, int], jax.Array]]:
    """Return f(*x) and its derivatives, elementwise over arrays of one shape.

    Args:
        f: maps the arrays x_j to arrays f_i, acting on each element (lane) alike.
        x: the inputs.

    Returns:
        The outputs f_i, and df_i/dx_j under (i, j) for every pair that the program couples.
    """
    closed = jax.make_jaxpr(f)(*x)
    outputs, tangents = _walk(closed.jaxpr, closed.consts, x, [{j: jnp.ones_like(v)} for j, v in enumerate(x)])
    return outputs, {(i, j): df for i, row in enumerate(tangents) for j, df in row.items()}


def _walk(
    jaxpr: Jaxpr, constants: Sequence[jax.Array], x: Sequence[jax.Array], dx: Sequence[Tangents]
) -> tuple[list[jax.Array], list[Tangents]]:
    value = dict(zip(jaxpr.constvars, constants, strict=True)) | dict(zip(jaxpr.invars, x, strict=True))
    tangent = dict(zip(jaxpr.invars, dx, strict=True))

    def read(variable):
        return variable.val if isinstance(variable, Literal) else value[variable]

    def read_tangent(variable):
        return {} if isinstance(variable, Literal) else tangent.get(variable, {})

    for equation in jaxpr.eqns:
        inputs = [read(v) for v in equation.invars]
        tangents = [read_tangent(v) for v in equation.invars]
        inner = equation.params.get("jaxpr")
        if inner is None:
            out, d_out = _differentiate(equation, inputs, tangents)
            outputs, d_outputs = [out], [d_out]
        else:  # a jitted function inside, such as jnp.where
            outputs, d_outputs = _walk(inner.jaxpr, inner.consts, inputs, tangents)
        value.update(zip(equation.outvars, outputs, strict=True))
        tangent.update(zip(equation.outvars, d_outputs, strict=True))
    return [read(v) for v in jaxpr.outvars], [read_tangent(v) for v in jaxpr.outvars]


def _differentiate(
    equation: JaxprEqn, inputs: Sequence[jax.Array], tangents: Sequence[Tangents]
) -> tuple[jax.Array, Tangents]:
    """Evaluate one primitive and differentiate it with respect to every state that an input depends on."""

    def primitive(*operands):
        return equation.primitive.bind(*operands, **equation.params)

    out, d_out = primitive(*inputs), {}
    if not jnp.issubdtype(out.dtype, jnp.floating):
        return out, d_out
    for state in sorted(set().union(*tangents)):
        moving = [k for k, tangent in enumerate(tangents) if state in tangent]

        def of_moving(*operands, moving=moving):
            operand = dict(zip(moving, operands, strict=True))
            return primitive(*(operand.get(k, fixed) for k, fixed in enumerate(inputs)))

        d_out[state] = jax.jvp(of_moving, [inputs[k] for k in moving], [tangents[k][state] for k in moving])[1]
    return out, d_out
