"""A line of the table."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    key: str
    title: str
    unit: str
    # More is better; otherwise less.
    more: bool = False
    # Of many samples, the greatest counts; otherwise the median.
    greatest: bool = False
    # True if the bare loop is comparable.
    to_bare: bool = True
    # A number of unwanted events: whole, and of many samples the greatest counts.
    count: bool = False
