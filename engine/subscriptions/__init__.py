"""Subscriptions: who is told of what, and how each delivery gets there."""
