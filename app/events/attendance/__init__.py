"""Who was at an event: marked on a phone, signed on paper or a tablet, declared for those online, and counted."""
