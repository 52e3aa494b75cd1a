"""One verb a file; pages, API and tasks call the same functions."""
