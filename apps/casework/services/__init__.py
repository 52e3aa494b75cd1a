"""What people do to any case: notes, documents, notices."""
