"""Pages from marts: findings, charts, templates. Never writes to the warehouse."""
