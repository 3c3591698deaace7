"""Organisations and people from files: a table or a set of cards becomes rows that somebody decides about."""
