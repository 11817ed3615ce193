"""The operators' commands: each reads the settings and the clock, and hands them on."""
