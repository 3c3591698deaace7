"""Pictures of valorisation, each beside the table of the same figures."""
