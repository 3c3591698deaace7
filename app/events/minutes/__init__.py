"""What was said at an event: written item by item, sent to those who were there, commented on, approved, and a PDF."""
