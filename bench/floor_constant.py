"""Floor (a): Flask and granian answering a constant. `python -m bench.floor_constant PORT`."""

from __future__ import annotations

import sys

from flask import Flask, Response, request

from bench.serving import serve

app = Flask(__name__)


@app.post("/hooks/<tenant>/<path:path>")
def answer(tenant: str, path: str) -> Response:
    """Reads the body and answers what a stored event would be answered."""
    request.get_data()
    return Response(b'{"status":"accepted"}', 202, content_type="application/json")


@app.get("/healthz")
def health() -> str:
    """Says that the server is up."""
    return "ok"


if __name__ == "__main__":
    serve("bench.floor_constant:app", int(sys.argv[1]))
