"""What slips and why: whom a late item waits for, when somebody last spoke with them, what else is open there."""
