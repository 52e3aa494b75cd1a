"""Tools around the project; nothing that serves a request imports them."""
