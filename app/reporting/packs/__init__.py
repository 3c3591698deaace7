"""Proof packs: what an event was, who was there and what came of it, as one archive whose every file can be checked."""
