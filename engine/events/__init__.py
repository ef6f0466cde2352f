"""What happens inside: the types of platform events, how one is announced, and who is told."""
