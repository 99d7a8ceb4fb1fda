"""The page of the timing runner: one run a page, its ratios, cells, ladder, curves, gates and machine."""
