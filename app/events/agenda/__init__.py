"""What an event is to go through, item by item."""
