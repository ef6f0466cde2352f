"""Every use case, subject by subject."""

from __future__ import annotations

from engine.assembly.building import building
from engine.assembly.common import Common
from engine.assembly.people import people
from engine.assembly.runs import runs
from engine.assembly.telling import telling
from engine.assembly.tenants import tenants
from engine.assembly.watching import watching
from engine.assembly.ways_in import ways_in
from engine.care.parts import Care
from engine.document_schema import document_schema
from engine.service import Service
from engine.starter import Starter
from engine.subscriptions.parts import SubscriptionParts
from engine.tools import Tools


def use_cases(
    common: Common,
    care: Care,
    tools: Tools,
    starter: Starter,
    subscriptions: SubscriptionParts,
) -> Service:
    """The use cases over what executes and what sends."""
    of_tenants, of_building = tenants(common, tools), building(common, tools)
    return Service(
        registry=common.registry,
        document_schema=document_schema(common.registry),
        store=common.store,
        **of_tenants,
        **people(common),
        **of_building,
        **ways_in(common, tools, starter, of_tenants["settings"], of_building["listeners"]),
        **runs(common, tools, starter),
        **telling(common, tools, subscriptions),
        **watching(common, care, of_building["sketches"]),
    )
