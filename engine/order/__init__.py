"""Events of a key one after another: what the key is, and how the turn passes on."""
