"""Figures of the reports: one function a figure, arrays in, a `matplotlib.figure.Figure` out.

Each figure has two modules: its own holds the function and the frozen dataclass of what it shows, the one named
`…_data` fills that dataclass from the files of a run, reading no more than the figure needs. `style` holds the one
look and writes the files.
"""
