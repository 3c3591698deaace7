"""Who is invited to an event and what they answered, by link, by mail or to the organiser; nobody needs an account."""
