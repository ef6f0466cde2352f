"""How a due run reaches an executor."""
