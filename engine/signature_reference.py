"""The reference of signature schemes as Markdown, made from their SPECs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from core.signatures import SchemeSpec

HEAD = """# Signatures

How a trigger tells what a provider really sent, made from the code by `scripts/reference`. A
webhook trigger names the scheme, and the secrets by their names:

```json
{"type": "webhook", "with": {
  "path": "stripe",
  "auth": {"type": "signature", "scheme": "stripe", "secrets": ["STRIPE_SECRET"]},
  "idempotency_window": "4d",
  "allow_ips": ["203.0.113.0/24", "2001:db8::/32"]
}}
```

- **What is checked**: the bytes as they came, before anything parses them, in a time that does not
  tell how much of a signature is right. A proxy must pass bodies on unchanged.
- **Refusals** are 401 and say what is missing or malformed, or that the signature does not fit.
  What a caller must not learn, such as a secret that does not exist or is no key, stands in the
  request log, and is told to whoever listens for a request in the builder.
- **Timestamps**: where the moment of sending is signed, it may be 5 minutes from now, to either
  side; `tolerance` sets another bound, from `1s` to `24h`. Where none is signed, a copied request
  stays valid as long as the secret does; `allow_ips` helps there.
- **Rotation**: what any of the named secrets signed is taken, 8 of them at most. Name the new one
  beside the old one, change it at the provider, then remove the old one.
- **Repetitions**: what the provider calls a delivery is its idempotency key and goes before any
  `Idempotency-Key` header. Within the trigger's `idempotency_window` (5 minutes unless it says
  otherwise, at most 7 days) a repetition is answered with 200 `{"status": "duplicate", "event_id":
  …}` and starts nothing, even where its body counts the attempts. The table has a window that
  outlasts the provider's repetitions.
- **Addresses**: `allow_ips` lists networks and addresses that may call, beside any kind of `auth`;
  others get 403 before their body is read. Behind a proxy it is the caller's own address that
  counts, when `PENSTOCK_TRUSTED_PROXIES` names the proxy ([operating](operating.md)).

`penstock send` and the builder's trials ask for neither signature nor address. A new scheme is a
module and a line ([CONTRIBUTING](../CONTRIBUTING.md)).
"""


def render_signatures(specs: Sequence[SchemeSpec]) -> str:
    """The whole page."""
    sections = [line for spec in specs for line in _section(spec)]
    return "\n".join([HEAD, *_overview(specs), *sections]).rstrip() + "\n"


def _overview(specs: Iterable[SchemeSpec]) -> Iterator[str]:
    yield "| scheme | headers | moment signed | what tells a repetition | window |"
    yield "| --- | --- | --- | --- | --- |"
    for spec in specs:
        moment = "yes" if spec.has_timestamp else "no"
        window = f"`{spec.window}`" if spec.window else ""
        cells = (f"`{spec.name}`", _headers(spec), moment, spec.delivery or "nothing", window)
        yield "| " + " | ".join(cells) + " |"
    yield ""


def _section(spec: SchemeSpec) -> Iterator[str]:
    yield from (f"## {spec.title}: `{spec.name}`", "", spec.description, "")
    yield f"- **At the provider**: {spec.setup}"
    yield f"- **The secret** holds {spec.key}."
    yield f"- **Headers**: {_headers(spec)}"
    yield f"- **What tells a repetition**: {spec.delivery or 'nothing'}. {spec.retries}"
    yield f"- **Rotation**: {spec.rotation}"
    if spec.note:
        yield f"- **Note**: {spec.note}"
    yield from (f"- **Documentation**: <{spec.source}>", "")


def _headers(spec: SchemeSpec) -> str:
    return ", ".join(name if " " in name else f"`{name}`" for name in spec.headers)
