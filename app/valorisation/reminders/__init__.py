"""Mails about items of plans and milestones: before, on and after the day one is due, to whoever answers for it."""
