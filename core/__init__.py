"""The shared words of Penstock: data, states, errors and ports. Standard library only."""
