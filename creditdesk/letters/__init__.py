"""Letters to clients: a wording per language and kind, kept word for word, and set as a PDF."""
