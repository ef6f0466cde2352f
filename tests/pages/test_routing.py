"""The table of pages: a rule of a method stands in it once."""

from __future__ import annotations

import pytest

from builder_ui import create_pages
from builder_ui.permissions import Permission
from builder_ui.visits import Visit
from tests.support.site import Site


def view(_visit: Visit) -> str:
    return "a page"


def test_a_rule_that_two_subjects_want_fails_at_the_start(site: Site):
    application = site.application
    routes = create_pages(application.service, application.clock, application.page_settings).routes
    routes.get("/only-once", view)
    with pytest.raises(ValueError, match="GET /only-once already"):
        routes.get("/only-once", view)
    with pytest.raises(ValueError, match="POST /automations already"):
        routes.post("/automations", view, Permission.BUILD)
