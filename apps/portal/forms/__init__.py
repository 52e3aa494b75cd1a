"""Forms of this door, a file for each subject."""
