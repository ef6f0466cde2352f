"""Keys that keep failing: counted, held, and what people do about them."""
