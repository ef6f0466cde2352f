"""The request log as an operator reads it."""

from __future__ import annotations

from core.errors import NotFoundError
from core.model import Page, RequestEntry
from core.store import ListQuery, RequestFilter, Store


class RequestService:
    """A tenant's requests, in and out."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def list(self, tenant: str, which: RequestFilter, query: ListQuery) -> Page[RequestEntry]:
        """The newest first."""
        return self._store.requests.list(tenant, which, query)

    def get(self, tenant: str, request_id: str) -> RequestEntry:
        """One request with both sides. Raises NotFoundError."""
        entry = self._store.requests.get(tenant, request_id)
        if entry is None:
            raise NotFoundError(f"there is no request {request_id}")
        return entry
