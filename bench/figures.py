# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures of several rounds, what they are held against, and the tables."""
import statistics

UNITS = {"rate": "/s", "ms": " ms", "us": " µs", "bytes": " B", "ratio": "×"}


class Figures:
    """Every value of every round by the figure's name. The n-th values of two figures belong to the same round."""

    def __init__(self):
        self.values, self.units = {}, {}

    def add(self, name, value, unit="rate"):
        self.values.setdefault(name, []).append(value)
        self.units[name] = unit

    def has(self, *names):
        return all(name in self.values for name in names)

    def median(self, name):
        return statistics.median(self.values[name])

    def ratios(self, name, *others):
        """Of each round: to the smallest of the others."""
        return [value / min(rest) for value, *rest in
                zip(self.values[name], *(self.values[other] for other in others), strict=True)]


def text(value, unit):
    digits = 0 if abs(value) >= 100 or unit == "bytes" else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}{UNITS[unit]}"


def table(head, rows):
    """Markdown, so that what is printed goes into docs/benchmarks.md as it is."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths)] for row in [head, *rows]]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def figure_table(figures):
    rows = [(name, text(figures.median(name), figures.units[name]), text(min(values), figures.units[name]),
             text(max(values), figures.units[name])) for name, values in figures.values.items()]
    return table(("figure", "median", "lowest", "highest"), rows)


class Aim:
    """One line of the second table: a figure, or its ratio to the smallest of others, and the bound to keep."""

    def __init__(self, label, figure, *against, least=None, most=None):
        self.label, self.figure, self.against, self.least, self.most = label, figure, against, least, most

    def judged(self, figures):
        """(what was measured, what was wanted, the verdict), or None where there are no such figures."""
        if not figures.has(self.figure, *self.against):
            return None
        if self.against:
            value, unit = statistics.median(figures.ratios(self.figure, *self.against)), "ratio"
        else:
            value, unit = figures.median(self.figure), figures.units[self.figure]
        if self.least is not None:
            return text(value, unit), f"≥ {text(self.least, unit)}", "met" if value >= self.least else "MISSED"
        return text(value, unit), f"≤ {text(self.most, unit)}", "met" if value <= self.most else "MISSED"


def aim_table(figures, aims):
    rows = [(aim.label, *(aim.judged(figures) or ("-", "-", "not measured"))) for aim in aims]
    return table(("aim", "measured", "wanted", ""), rows)
