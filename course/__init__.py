"""What is taught: a folder of files becomes a course, and a course becomes emails. No database."""
