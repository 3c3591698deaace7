"""What an event asked and what people said to it: numbered points, what became of each, and who was told."""
