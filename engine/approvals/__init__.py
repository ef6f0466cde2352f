"""Decisions of people that runs wait for: how they are asked, and what they say."""
