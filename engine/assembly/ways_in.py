"""The ways in: trigger URLs, the generic channel, callbacks, and the gate before them."""

from __future__ import annotations

from typing import TypedDict

from engine.assembly.common import Common
from engine.callbacks import CallbackService
from engine.channel import Channel
from engine.intake import Intake
from engine.limits.gate import Gate
from engine.settings import SettingsService
from engine.starter import Starter
from engine.tools import Tools
from engine.trying.listeners import Listeners


class WaysIn(TypedDict):
    """The use cases of partner systems."""

    gate: Gate
    intake: Intake
    channel: Channel
    callbacks: CallbackService


def ways_in(
    common: Common,
    tools: Tools,
    starter: Starter,
    settings: SettingsService,
    listeners: Listeners,
) -> WaysIn:
    """What partners reach; `listeners` see what comes in while somebody tries a draft out."""
    return WaysIn(
        gate=common.limits.gate,
        intake=_intake(common, tools, starter, listeners),
        channel=_channel(common, starter, settings),
        callbacks=_callbacks(common),
    )


def _intake(common: Common, tools: Tools, starter: Starter, listeners: Listeners) -> Intake:
    return Intake(
        common.store,
        common.catalog,
        common.vault,
        common.limits,
        common.rejections,
        common.clock,
        starter,
        common.dispatcher,
        tools.answers,
        listeners,
        common.surroundings.meters,
    )


def _channel(common: Common, starter: Starter, settings: SettingsService) -> Channel:
    return Channel(
        common.store,
        common.catalog,
        common.vault,
        settings,
        common.limits,
        common.rejections,
        starter,
        common.clock,
        common.surroundings.meters,
    )


def _callbacks(common: Common) -> CallbackService:
    return CallbackService(
        common.store,
        common.transitions,
        common.surroundings.links,
        common.vault,
        common.surroundings.parse_body,
        common.rejections,
        common.clock,
        common.dispatcher.wake,
    )
