"""Sending, beside what a user would pick instead: each in a process of its own, against the stand-in in another."""
