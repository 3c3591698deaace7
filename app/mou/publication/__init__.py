"""A memorandum is shown to everybody, once its parties agreed to that, and taken back from view."""
