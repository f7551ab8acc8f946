"""Formats of dates where Django's own mislead the readers of the desk."""
