"""What of a run is under way: scopes inside scopes, for the run and for each item of its loops."""
