"""Items of action plans: who does what by when, how it moved, and whether it is done."""
