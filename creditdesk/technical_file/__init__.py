"""The technical file of a model version: Annex IV and Article 27 of the AI Act, from stored evidence."""
