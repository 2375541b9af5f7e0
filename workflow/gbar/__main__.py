"""`python -m gbar`: the same as the `gbar` command."""

import sys

from gbar.cli import main

sys.exit(main())
