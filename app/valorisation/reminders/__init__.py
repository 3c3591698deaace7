"""Mails about items of plans: before, on and after the day one is due, to whoever answers for it."""
