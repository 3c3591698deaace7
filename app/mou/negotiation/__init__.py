"""A draft in the hands of the other side: read by a personal link, commented on, answered."""
