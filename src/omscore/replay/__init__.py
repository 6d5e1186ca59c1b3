"""Runs a real order history through the library, and says what came of it."""
