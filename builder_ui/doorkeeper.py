"""Who may come in: session, permission, and whether a change was asked for by the visitor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import g, request

from builder_ui.cookies import SessionCookie
from builder_ui.permissions import Permission, allows
from builder_ui.visits import NotSignedIn, Visit
from core.clock import Clock
from core.errors import ForbiddenError
from engine.acting import acting_as, actor_of
from engine.service import Service

_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Doorkeeper:
    """Lets visitors in by their cookie. `public_url` is told where requests come by a proxy."""

    def __init__(
        self,
        service: Service,
        clock: Clock,
        cookie: SessionCookie,
        public_url: str | None,
        demo_partner: str | None,
    ) -> None:
        self._service = service
        self._clock = clock
        self._cookie = cookie
        self._public_url = public_url
        self._demo_partner = demo_partner
        self._public_host = (public_url or "").partition("://")[2].lower() or None

    @contextmanager
    def admit(self, needs: Permission) -> Iterator[Visit]:
        """The visit, in which the visitor acts.

        Raises NotSignedIn, and ForbiddenError without the permission or for a change that another
        site's page asked for.
        """
        visit = g.visit = self._visit()
        if request.method in _CHANGES:
            self._refuse_other_origins()
        if needs is Permission.ANYBODY:
            yield visit
            return
        self._check(visit, needs)
        with acting_as(actor_of(visit.user)):
            yield visit

    def _visit(self) -> Visit:
        token = self._cookie.token()
        signed_in = None if token is None else self._service.accounts.identify(token)
        session_id = signed_in.session_id if signed_in else ""
        csrf = self._cookie.csrf(session_id)
        base_url = self._public_url or request.host_url.rstrip("/")
        return Visit(
            service=self._service,
            clock=self._clock,
            cookie=self._cookie,
            csrf=csrf,
            base_url=base_url,
            demo_partner=self._demo_partner,
            signed_in=signed_in,
        )

    def _refuse_other_origins(self) -> None:
        """A form of another site must change nothing here (Origin, RFC 6454; Fetch Metadata).

        Ours are the host that was asked and that of the public URL: a proxy may ask by another.
        """
        origin = request.headers.get("Origin")
        ours = (request.host, self._public_host)
        foreign = origin is not None and origin.partition("://")[2] not in ours
        if foreign or request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
            raise ForbiddenError("Another site's page asked for this change; nothing was changed.")

    def _check(self, visit: Visit, needs: Permission) -> None:
        if visit.signed_in is None:
            raise NotSignedIn
        if request.method in _CHANGES:
            presented = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
            if not self._cookie.proves(presented, visit.signed_in.session_id):
                raise ForbiddenError(
                    "This page was open for too long, or you signed in anew meanwhile. "
                    "Load it again and repeat what you did."
                )
        if not allows(visit.user.role, needs):
            raise ForbiddenError(
                f"Your role is {visit.user.role}, and this needs somebody who may {needs}. "
                "An admin can change your role."
            )
