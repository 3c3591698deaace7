"""When an item slips, and by how much: pure functions of its days."""

from datetime import date


def days_late(due: date, today: date) -> int:
    """How many days ago an open item was due; 0 for one whose day has not passed."""
    return max(0, (today - due).days)


def days_behind(baseline: date, due: date, today: date) -> int:
    """How many days later than first promised an open item is: by its day now, or by today once that has passed."""
    return (max(due, today) - baseline).days


def is_slipping(baseline: date, due: date, today: date) -> bool:
    """Whether an open item is late, or due later than first promised."""
    return due < today or due > baseline
