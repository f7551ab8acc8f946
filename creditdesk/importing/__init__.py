"""From a folder of Home Credit tables to clients, cases and profiles."""
