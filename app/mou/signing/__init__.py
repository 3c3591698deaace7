"""Signing by link: who is asked when, what they confirm, and what they did."""
