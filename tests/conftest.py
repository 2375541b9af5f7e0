"""Tests run with the settings of JAX that gbar's own processes have, in single precision unless one asks for double."""

import os

from gbar.jobs.runtime import start_jax

start_jax(x64=True)
os.environ["JAX_ENABLE_X64"] = "0"
