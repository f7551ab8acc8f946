"""The desk as a newcomer finds it: people, a synthetic portfolio, its model and some weeks of work."""
