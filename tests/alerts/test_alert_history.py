"""Alerts that are over are forgotten after a time, a few at once; what is raised stays."""

from __future__ import annotations

from core.writes import Write
from engine.alerts.history import BATCH
from tests.support.alerts import alerts, make_alert, make_notice
from tests.support.builders import id_at
from tests.support.workbench import TENANT, Workbench

DAY = 86_400_000


def over_since(bench: Workbench, days: float) -> list[Write]:
    """An alert with a notice that was raised a while ago, and was over a day later."""
    over_at = bench.clock.now() - int(days * DAY)
    alert = make_alert(raised_at=over_at - DAY, resolved_at=over_at, ended="over")
    notice = make_notice(alert_id=alert.id)
    return [bench.store.alerts.raise_(alert), bench.store.alert_notices.insert(notice)]


def ages(bench: Workbench) -> list[float]:
    """Since how many days the alerts are over."""
    kept = [bench.clock.now() - one.resolved_at for one in alerts(bench) if one.resolved_at]
    return [age / DAY for age in kept]


def test_alerts_that_were_over_long_ago_are_forgotten_with_their_notices(bench: Workbench) -> None:
    for days in (400, 91, 89, 1):
        bench.store.commit(over_since(bench, days))
    ids = [alert.id for alert in alerts(bench)]

    assert bench.alert_history.forget() == 2
    assert bench.alert_history.forget() == 0

    assert ages(bench) == [89, 1]
    notices = bench.store.alert_notices.of_alerts(TENANT, ids)
    assert [len(notices[one]) for one in ids] == [0, 0, 1, 1]


def test_a_tenant_says_how_long_they_are_kept(bench: Workbench) -> None:
    bench.service.settings.change(TENANT, {"retention": {"alert_days": 7}})
    bench.service.tenants.create("globex", "Globex")
    for days in (8, 6):
        bench.store.commit(over_since(bench, days))
    other = make_alert(id=id_at(0), tenant="globex", resolved_at=bench.clock.now() - 8 * DAY)
    bench.store.commit([bench.store.alerts.raise_(other)])

    assert bench.alert_history.forget() == 1

    assert ages(bench) == [6]
    assert bench.store.alerts.get("globex", other.id) == other


def test_what_is_raised_is_kept_however_long(bench: Workbench) -> None:
    raised_at = bench.clock.now() - 1_000 * DAY
    lasting = make_alert(raised_at=raised_at)
    bench.store.commit([bench.store.alerts.raise_(lasting)])
    assert bench.alert_history.forget() == 0
    assert alerts(bench) == [lasting]


def test_only_so_many_are_removed_in_one_commit(bench: Workbench) -> None:
    for _ in range(BATCH + 1):
        bench.store.commit(over_since(bench, 100))
    assert [bench.alert_history.forget() for _ in range(3)] == [BATCH, 1, 0]
    assert alerts(bench) == []
