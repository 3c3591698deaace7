"""Proof that leaves the house: the evidence report, what is sent to the parties, the export with its own verifier."""
