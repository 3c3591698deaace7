"""The weekly mail: what waits for a person, what is late, what is new; nothing where there is nothing."""
