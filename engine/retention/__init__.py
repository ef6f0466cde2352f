"""What is deleted when it has ended and grown old, by the rules of each tenant."""
