"""The report of a run: one self-contained HTML page that can be mailed.

`page.write_report` makes it; `tables` turns results into rows of text, `captions` reads the captions that
`snakemake --report` shows as well.
"""

from gbar.report.page import FigureEntry, write_report

__all__ = ["FigureEntry", "write_report"]
