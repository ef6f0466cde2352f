"""What a step of a draft would see, make of it and send: worked out by the engine, sent nowhere.

Secrets are not read: their markers stand in their place (docs/decisions/0007-trying-out.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.clock import Clock, Milliseconds
from core.errors import Fault, NotFoundError
from core.http import FailureKind, OutboundRequest, SendFailure
from core.masking import Masker
from core.model import RequestEntry
from core.notifications import Notification, NotificationResult, place_of
from core.outcomes import Fail
from core.spec import Action
from core.tokens import Gained, Token
from engine.attempt import attempt_step
from engine.attempt_context import AttemptContext
from engine.care.sender import Caller
from engine.compiler import Compiler, planned_step
from engine.document import StepDefinition
from engine.document_schema import SETTINGS as SETTINGS_SCHEMA
from engine.drafts.draft import find_step, mapping, read_draft
from engine.drafts.effects import effects_of
from engine.drafts.sketches import TRIGGER
from engine.graph import FAILURE
from engine.registry import Registry
from engine.request_json import body_members
from engine.sent_requests import KEPT_BODY
from engine.trying.items import in_sight_of_item, listed_in
from engine.trying.preview_fields import show_fields, template_fields
from engine.trying.sights import SETTINGS, Question, Sight, sight_of
from engine.vault import Vault

Preview = dict[str, Any]

_SHOWN_FAULTS = 3


class PreviewService:
    """Previews steps of drafts."""

    def __init__(self, registry: Registry, compiler: Compiler, vault: Vault, clock: Clock) -> None:
        self._registry = registry
        self._compiler = compiler
        self._vault = vault
        self._clock = clock

    def preview(self, question: Question, *, with_context: bool = False) -> Preview:
        """`fields`, `request` and `effects` of a step, with `context` also what it sees.

        That is its `context`, and the steps before it that have no result yet, `waiting`.

        `fields`: what each templated text comes to, by its path below `with`, or in the settings
        (`preview_fields.show_fields`). `request`: what a sending step would send, as `method`,
        `url`, `headers`, `body`, `body_encoding`, `truncated`; or `error`; None for other steps.
        `effects`: see `effects.effects_of`; None for what has none. Raises InvalidError for an
        event or results of wrong form, NotFoundError for a step that is not there.
        """
        sight = sight_of(question, self._compiler, self._vault, self._clock)
        shown = sight if with_context else None
        if question.step in (TRIGGER, FAILURE):
            return _preview(shown)
        if question.step == SETTINGS:
            return _preview(shown, fields=_settings_fields(question, sight))
        found = find_step(question.document, question.step)
        if found is None:
            raise NotFoundError(f"the draft has no step {question.step}")
        index, step = found
        action = self._registry.actions.get(str(step.get("action")))
        if action is None:
            return _preview(shown)
        spec, configuration = action.SPEC, mapping(step.get("with"))
        return _preview(
            shown and in_sight_of_item(listed_in(spec.schema, configuration), shown),
            fields=show_fields(template_fields(spec.schema, configuration), sight),
            request=self._request(question, index, step, action, sight),
            effects=effects_of(spec, configuration, step.get("retry")),
        )

    def _request(
        self, question: Question, index: int, step: Mapping[str, Any], action: Action, sight: Sight
    ) -> Preview | None:
        """What the action itself hands to a sender that sends nothing."""
        if not action.SPEC.effect or action.SPEC.local:
            return None
        path = f"$.steps[{index}]"
        checked = self._compiler.check_step(step, path)
        if checked.faults or checked.params is None:
            return {"error": _words(checked.faults, path)}
        definition = _definition(question)
        context = AttemptContext(
            run=sight.run,
            step_id=definition.id,
            attempt=1,
            clock=self._clock,
            secrets=sight.secrets,
            sender=_NoSender(),
            tokens=_NoTokens(),
            notifier=_NoNotifier(),
        )
        planned = planned_step(definition, action, checked.params)
        attempted = attempt_step(planned, context, sight.context)
        if attempted.requests:
            return _sent(attempted.requests[0])
        error = attempted.outcome.error if isinstance(attempted.outcome, Fail) else "nothing"
        words = error.removeprefix(f"step {definition.id}: ").removeprefix(f"{path}.with.")
        return {"error": sight.masker.mask_text(words)}


def _preview(
    shown: Sight | None,
    fields: Preview | None = None,
    request: Preview | None = None,
    effects: Preview | None = None,
) -> Preview:
    seen: Preview = {}
    if shown is not None:
        seen = {"context": shown.context, "waiting": sorted(shown.waiting)}
    return {**seen, "fields": fields or {}, "request": request, "effects": effects}


class _NoSender:
    """Stands where the network is: nothing goes anywhere (`engine.care.sender.CaringSender`)."""

    def send(self, _request: OutboundRequest, _caller: Caller, _shown_url: str) -> SendFailure:
        """Sends nothing."""
        return SendFailure(FailureKind.INVALID_REQUEST, "a preview sends nothing", 0)


class _NoTokens:
    """Stands where access tokens are kept: nobody is asked for one (`core.tokens.Tokens`)."""

    def get(self, _key: str, _fetch: Callable[[], Gained], _patience: Milliseconds) -> Token:
        """What stands for a token that is not there; its marker is all that is shown of it."""
        return Token("[access token]", 0)

    def forget(self, _key: str, _token: Token) -> None:
        """There is nothing to forget."""


class _NoNotifier:
    """Stands where people are: nobody is told (`engine.care.notifier`)."""

    def notify(
        self, address: str, _notification: Notification, _caller: Caller, _masker: Masker
    ) -> NotificationResult:
        """Tells nobody. What a secret stands for is not known here, so its marker is shown."""
        place = address if address.startswith("[secret:") else place_of(address)
        return NotificationResult(place, 0, error="a preview sends nothing")


def _settings_fields(question: Question, sight: Sight) -> Preview:
    """What the templates of the settings come to, by their paths below `settings`."""
    settings = mapping(mapping(question.document).get("settings"))
    return show_fields(template_fields(SETTINGS_SCHEMA, settings), sight)


def _definition(question: Question) -> StepDefinition:
    steps = read_draft(question.document).steps
    return next(step for step in steps if step.id == question.step)


def _words(faults: Sequence[Fault], path: str) -> str:
    shown = [
        f"{fault.path.removeprefix(f'{path}.').removeprefix('with.')} {fault.message}"
        for fault in faults[:_SHOWN_FAULTS]
    ]
    more = f"; and {len(faults) - _SHOWN_FAULTS} more" if len(faults) > _SHOWN_FAULTS else ""
    return f"{'; '.join(shown)}{more}" or "the step's configuration is no object"


def _sent(entry: RequestEntry) -> Preview:
    """The request as the log would keep it."""
    return {
        "method": entry.method,
        "url": entry.url,
        "headers": entry.request_headers,
        **body_members("body", entry.request_body),
        "truncated": entry.request_body is not None and len(entry.request_body) >= KEPT_BODY,
    }
