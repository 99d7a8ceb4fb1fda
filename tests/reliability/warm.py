"""Imported by the process that runs are forked from: what each would find anew in files that nobody changes."""

from __future__ import annotations

from barometer.settings import load_settings
from warehouse.models import load_models, load_queries

SQL = load_settings(environ={}).sql
MODELS = [*load_models(SQL), *load_queries(SQL, "audits")]
