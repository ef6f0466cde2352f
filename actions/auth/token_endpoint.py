"""Asking for an access token by the client credentials grant (RFC 6749, section 4.4).

Import it where it is used: oauthlib takes 1 MB, which nobody is to pay who does not use it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import quote_plus, urlsplit

from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error

from actions.auth.basic import basic_header
from actions.auth.contract import Configuration
from actions.auth.token_answer import in_words, lifetime_of, token_members, without_tokens
from actions.exchange import Exchange, readable_masks
from actions.media import FORM, JSON
from actions.replies import unanswered
from core.clock import Milliseconds
from core.http import OutboundRequest, OutboundResponse, SendFailure
from core.outcomes import Defer, Fail, Retry
from core.retry_after import parse_retry_after
from core.spec import ActionContext
from core.tokens import Gained, Token

FAILURE = "authentication"
"""The `failure` of a step that got no access token."""

_LARGEST_ANSWER = 64 * 1024
_MAY_PASS = frozenset({408, 425, 429, 500, 502, 503, 504})
_ERRORS_THAT_PASS = frozenset({"temporarily_unavailable", "server_error"})


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Where a token is asked for: the step's `auth`, and the value of the secret it names."""

    auth: Configuration
    secret: str = field(repr=False)

    def fetch(self, context: ActionContext, limits: OutboundRequest) -> Gained:
        """Asks once, within the times of `limits`."""
        asked_at = context.clock.now()
        exchange = self._exchange(context, limits)
        result = context.send(exchange.request, exchange.shown, without_tokens)
        if isinstance(result, SendFailure):
            return _not_answered(result)
        return self._gained(context, result, asked_at)

    def _exchange(self, context: ActionContext, limits: OutboundRequest) -> Exchange:
        request = OutboundRequest(
            method="POST",
            url=self.auth["token_url"],
            headers=(("Accept", JSON), ("Content-Type", FORM)),
            timeout=limits.timeout,
            connect_timeout=limits.connect_timeout,
            max_response=_LARGEST_ANSWER,
        )
        if self.auth.get("client_auth") == "body":
            return self._with_secret_in_body(context, request)
        request = replace(request, body=self._body().encode())
        # RFC 6749, section 2.3.1: both are form-encoded before they become user and password.
        user, password = quote_plus(self.auth["client_id"]), quote_plus(self.secret)
        header = basic_header(context, user, password, self.auth["secret"])
        return Exchange(request, request).with_header(*header)

    def _with_secret_in_body(self, context: ActionContext, request: OutboundRequest) -> Exchange:
        marker = context.conceal(self.secret, self.auth["secret"])
        shown = readable_masks(self._body(client_secret=marker))
        return Exchange(
            replace(request, body=self._body(client_secret=self.secret).encode()),
            replace(request, body=shown.encode()),
        )

    def _body(self, **secret: str) -> str:
        client = BackendApplicationClient(self.auth["client_id"])
        asked = {name: self.auth[name] for name in ("scope", "audience") if name in self.auth}
        written: str = client.prepare_request_body(
            include_client_id=bool(secret), **asked, **secret
        )
        return written

    def _gained(
        self, context: ActionContext, answer: OutboundResponse, asked_at: Milliseconds
    ) -> Gained:
        try:
            members = token_members(answer)
        except OAuth2Error as error:
            passes = answer.status in _MAY_PASS or str(error.error) in _ERRORS_THAT_PASS
            return self._refused(context, answer, f": {in_words(error)}", passes=passes)
        if answer.status >= 300 or not members:
            said = "" if answer.status >= 300 else ", but no token of OAuth 2"
            return self._refused(context, answer, said, passes=answer.status in _MAY_PASS)
        kind = str(members.get("token_type") or "bearer")
        if not kind.lower().startswith("bearer"):
            said = f", but a token of the type {kind[:40]}; only bearer tokens can be sent"
            return self._refused(context, answer, said, passes=False)
        token = Token(members["access_token"], asked_at + lifetime_of(members))
        context.conceal(token.value, self.auth["secret"])
        return token

    def _refused(
        self, context: ActionContext, answer: OutboundResponse, said: str, *, passes: bool
    ) -> Retry | Fail:
        host = urlsplit(self.auth["token_url"]).hostname
        reason = f"no access token: {host} answered {answer.status}{said}"
        output = unanswered(FAILURE, answer.duration)
        if not passes:
            return Fail(reason, output)
        after = parse_retry_after(answer.headers.get("retry-after"), context.clock.now())
        return Retry(reason, after, output)


def _not_answered(failure: SendFailure) -> Retry | Fail | Defer:
    if failure.until is not None:
        return Defer(failure.until, failure.message)
    reason = f"no access token: {failure.message}"
    output = unanswered(FAILURE, failure.duration)
    return Retry(reason, output=output) if failure.may_pass else Fail(reason, output)
