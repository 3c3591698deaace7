"""Reporting periods: figures frozen as they were reported, beside what the records say today."""
