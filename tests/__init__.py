"""Tests: they mirror course/ and sender/; what is about the whole stands in folders of its own."""
