"""The request log as an operator reads it."""

from __future__ import annotations

from dataclasses import replace

from core.errors import NotFoundError
from core.masking import Masker
from core.model import Page, RequestEntry
from core.request_store import RequestFilter
from core.store import Store
from core.writes import ListQuery
from engine.vault import Vault


class RequestService:
    """A tenant's requests, in and out."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault

    def list(self, tenant: str, which: RequestFilter, query: ListQuery) -> Page[RequestEntry]:
        """The newest first."""
        page = self._store.requests.list(tenant, which, query)
        masker = self._vault.of(tenant).masker
        return Page(tuple(_masked(entry, masker) for entry in page.items), page.next)

    def get(self, tenant: str, request_id: str) -> RequestEntry:
        """One request with both sides. Raises NotFoundError."""
        entry = self._store.requests.get(tenant, request_id)
        if entry is None:
            raise NotFoundError(f"there is no request {request_id}")
        return _masked(entry, self._vault.of(tenant).masker)


def _masked(entry: RequestEntry, masker: Masker) -> RequestEntry:
    """As it may be shown: what came in may hold a secret, and what went out one set since."""
    body = entry.request_body
    return replace(
        entry,
        url=masker.mask_text(entry.url),
        request_body=None if body is None else masker.mask_bytes(body),
    )
