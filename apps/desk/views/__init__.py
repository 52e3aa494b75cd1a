"""Views of this door, a file for each subject."""
