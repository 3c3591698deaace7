"""Sealing: the house's own keys and certificates, PAdES seals with time stamps, and looking at seals."""
