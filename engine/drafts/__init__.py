"""What can be said of a draft as it is written: its faults, its picture, what it would change."""
