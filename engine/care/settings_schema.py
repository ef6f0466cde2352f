"""What a tenant's settings say of endpoints: a map from origins to what each is spared."""

from __future__ import annotations

from typing import Any

from core.rates import PATTERN, WORDS

MOST_CONFIGURED = 200
_ORIGIN = (
    r"^(?:http://(?!.*:80$)|https://(?!.*:443$))"
    r"(?:[^\s/?#@:\[\]A-Z]+|\[[0-9a-f:.]+\])(?::[1-9][0-9]{0,4})?(?![\s\S])"
)

ENDPOINTS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Endpoints",
    "description": "What single endpoints are spared, by their origin: how many requests at once, "
    "and how many in a time. Those that are not named may keep a quarter of all executors busy.",
    "maxProperties": MOST_CONFIGURED,
    "propertyNames": {
        "pattern": _ORIGIN,
        "x-expected": "an origin in small letters, without a path or the scheme's own port; write "
        "it like https://partner.example",
    },
    "additionalProperties": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "concurrency": {
                "type": "integer",
                "minimum": 1,
                "maximum": 512,
                "description": "How many requests may be under way at once.",
            },
            "rate": {
                "type": "string",
                "pattern": PATTERN,
                "x-expected": WORDS,
                "description": "How many requests may be sent in any such time.",
            },
        },
    },
    "examples": [{"https://partner.example": {"concurrency": 8, "rate": "10/s"}}],
}
