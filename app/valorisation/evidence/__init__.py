"""Evidence of valorisation: what the portal already has, tied to what it proves."""
