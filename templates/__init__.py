"""The files that emails and pages are made from: data, read through importlib.resources."""
