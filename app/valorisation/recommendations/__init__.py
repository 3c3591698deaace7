"""Recommendations to policy: what is asked of whom, where it came from, and what was answered."""
