"""Tests of what a browser makes of emails and pages, in Debian's Chromium."""
