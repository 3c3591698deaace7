"""What a memorandum says, version by version, and what the other side says of it."""
