"""What comes out of an event: numbered decisions, and actions, which are deadlines that an event set."""
