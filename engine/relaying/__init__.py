"""From what happens to who is told: ends are announced, the outbox is emptied, runs are started."""
