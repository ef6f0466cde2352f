"""Who may come in: users, their passwords and sessions, and the links that invite them."""
