"""Records: the tables a tenant makes, what fits into them, and every way in which they change."""
