"""Data to begin with: reference, demo, synthetic; yields plain rows."""
