"""The graph, the run, and every use case. It knows the world only through the ports of core."""
