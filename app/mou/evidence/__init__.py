"""The chain of what happened with a memorandum, and what proves it."""
