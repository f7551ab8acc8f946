"""Letters to clients: one template per language and kind, text stored word for word, PDF made from it."""
