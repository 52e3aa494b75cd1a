"""Pages of the three administrators: accounts and organisations, rights, the access log."""
