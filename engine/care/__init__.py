"""Care for the endpoints that are called: circuits, places, rates, so that one harms no other."""
