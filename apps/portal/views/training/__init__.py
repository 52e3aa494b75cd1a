"""Training of a class: sessions, disputes, results."""
