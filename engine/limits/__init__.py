"""How much may come in: limits of requests, quotas of a month, and what is used of them."""
