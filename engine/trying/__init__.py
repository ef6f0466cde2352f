"""Trying a draft out with real data: samples, listening, previews, completion, and trials."""
