"""Being told by mail when events are called off or moved."""
