"""What tests of live sources share: worlds of one name, rows as a source gives them, attempts."""

from __future__ import annotations

import datetime as dt

from tests.sql.world import World

DAY = dt.timedelta(days=1)
NOON = dt.datetime(2026, 11, 20, 12)
POSTING = "population posting_key text_key employer_key month terms required"
# Student's t, 95 %, by degrees of freedom.
T = {5: 2.0150, 7: 1.8946, 11: 1.7959, 12: 1.7823, 50: 1.6759}


def alpha(**names: list[str]) -> World:
    return World().compare({"alpha": names})


def live(world: World, table: str, columns: str, rows: list[tuple], fetched_at: dt.datetime = NOON, source: str = "x"):
    return world.give(table, columns, rows, source, fetched_at)


FACTS = "repository repository_id observed_on created_on stars forks"
ISSUES = "repository kind month opened closed median_hours_to_close closed_sampled is_lower_bound is_partial"
INSTALLS = "project month installer downloads feed_until"
HUB = "library task observed_on models downloads_30d models_added_30d models_read is_lower_bound"
OCTOBER = dt.date(2026, 10, 1)
