"""Erasure, retention and purge of what the desk keeps about a client, and the key that wraps its keys."""
