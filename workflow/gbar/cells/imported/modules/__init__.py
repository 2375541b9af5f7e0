"""The equations of imported cells, module by module, in the user's cache: `gbar.cells.imported.cache` writes them."""

from gbar.cells.imported.cache import folder

__path__.append(str(folder()))
