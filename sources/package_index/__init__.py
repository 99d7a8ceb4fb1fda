"""Every release of every package of the catalogue, from the package index that pip is configured for.

`source` asks, `address` finds the index, `pages` reads a project's page, `metadata` what a release says of itself.
"""

from sources.package_index.source import PackageIndex

__all__ = ["PackageIndex"]
