"""Many memoranda at once: drafted from a file after one pattern, sent together, looked after on one page."""
