"""Import of a folder of Home Credit tables: clients, cases and profiles."""
