"""A run that ends asks nobody any more."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import PenstockError
from core.store import Store
from core.writes import Write
from engine.catalog import Catalog
from engine.endings import Ending


class UnansweredQuestions:
    """An `engine.endings.EndingRule`: closes what the run still asks."""

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self._store = store
        self._catalog = catalog

    def writes(self, ending: Ending) -> Sequence[Write]:
        """One statement for a run whose automation asks people; none for all others."""
        run = ending.run
        try:
            asks = self._catalog.plan(run.tenant, run.automation_id, run.version).asks
        except PenstockError:
            return ()
        if not asks:
            return ()
        return [self._store.approvals.close_of_run(run.tenant, run.id, ending.at)]
