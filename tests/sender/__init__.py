"""Tests of `sender`, its folders and modules mirrored."""
