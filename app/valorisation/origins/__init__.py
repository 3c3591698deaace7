"""What items of plans and recommendations came from: decisions, and points of feedback."""
