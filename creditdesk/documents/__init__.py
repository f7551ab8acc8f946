"""Documents of clients: which files are taken, and which kinds a product needs."""
