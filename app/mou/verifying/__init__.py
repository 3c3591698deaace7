"""The public page on which anybody checks a memorandum: by its number, by the hash of a file, or by its seal."""
