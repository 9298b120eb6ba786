"""Profiles in, ranked and explained suggestions out; knows nothing of stores or GraphQL."""
