"""The contract of a job: what its function says by its parameters, and `job` beside it.

It is read from the text of the module, by `gbar.jobs.contracts`, so that the command line and the rules of the workflow
know a job without importing what it imports.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

Input = str | Path  # a file or folder that is read: an input of the job's rule
PathInput = Path
NamedInput = tuple[str, Input]  # one of a sequence in which a name may stand several times
Output = str | Path  # one that is written: an output
Folder = str | Path  # one that a rule neither waits for nor clears away, such as that of checkpoints
Above0 = float  # a number above 0

Function = TypeVar("Function", bound=Callable)


def job(
    verb: str, *, jax: Literal["float32", "float64"] | None = None, need: str = "", progress: str = ""
) -> Callable[[Function], Function]:
    """Mark a function as what a verb of the command line does; its docstring explains the options.

    A parameter of one of the types above, a sequence of them or a mapping from names to them is an option, as are
    numbers, text and sections of the configuration, which come as JSON; one of any other type needs a default.

    Args:
        verb: as it is called, e.g. "train" or "figure apd".
        jax: precision that JAX starts with, before the module is imported; it does not start when left out.
        need: function that tells what the job takes of a machine, e.g. "jobs.resources.of_training"; little when left
            out.
        progress: what a line of progress begins with, where the function takes `progress`, told the fraction done.
    """
    return lambda function: function
