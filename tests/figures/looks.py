"""Looking at a figure as a reader would, as far as a program can."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text


def panels(figure: Figure) -> list[Axes]:
    """Return the axes that show data."""
    return [axes for axes in figure.axes if axes.axison and axes.get_label() != "<colorbar>"]


def labels(figure: Figure) -> set[str]:
    """Return all labels of axes, those of colour bars among them."""
    return {text for axes in figure.axes for text in (axes.get_xlabel(), axes.get_ylabel()) if text}


def texts(figure: Figure) -> list[Text]:
    """Return the visible texts of a drawn figure."""
    ticks, shown = set(), set()
    for axes in figure.axes:
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            low, high = sorted(limits)
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                ticks |= {tick.label1, tick.label2}
                if axes.axison and low <= tick.get_loc() <= high:
                    shown |= {tick.label1, tick.label2}
    return [
        text
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and (text not in ticks or text in shown)
    ]


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Return the pairs of texts of which one covers more than a fifth of the other."""
    FigureCanvasAgg(figure).draw()
    drawn = texts(figure)
    boxes = np.array([text.get_window_extent().extents for text in drawn])
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=2)
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    hidden = np.triu(common > 0.2 * np.minimum(area[:, None], area[None, :]), k=1)
    return [(drawn[i].get_text(), drawn[j].get_text()) for i, j in np.argwhere(hidden)]


def outside(figure: Figure) -> list[str]:
    """Return the texts that reach more than a pixel beyond the figure."""
    FigureCanvasAgg(figure).draw()
    width, height = figure.bbox.size
    return [
        text.get_text()
        for text in texts(figure)
        for x0, y0, x1, y1 in [text.get_window_extent().extents]
        if x0 < -1 or y0 < -1 or x1 > width + 1 or y1 > height + 1
    ]
