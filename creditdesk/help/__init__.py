"""The glossary: every term of the desk that a new colleague may not know."""
