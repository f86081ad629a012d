"""One line of the table."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    key: str
    title: str
    unit: str
    # More is better; otherwise less is.
    more: bool = False
    # Of many samples: the greatest, otherwise the median.
    greatest: bool = False
    # Whether the bare loop is one to be compared with.
    to_bare: bool = True
    # A number of things that had better not be: whole, and of many samples the greatest.
    count: bool = False
