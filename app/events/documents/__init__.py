"""Files of an event: invitation, agenda, lists, slides, minutes, photos."""
