"""The ground every room stands on: settings, errors, the catalogue. Standard library and msgspec only.

`barometer.cli` is the front door and the one place here that knows the rooms.
"""

__version__ = "0.1.0"
