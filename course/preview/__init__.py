"""The author's local page: every email of a course, as it is saved, in all the ways in which it will be read."""
