"""What a child prints, bounded."""

from __future__ import annotations

_KEPT = 32 * 1024


class Output:
    """The first and the last of what a child prints, and how much it was."""

    def __init__(self) -> None:
        self._first = bytearray()
        self._last = bytearray()
        self.count = 0

    def add(self, chunk: bytes) -> None:
        """Take a piece; nothing between the ends is kept."""
        self.count += len(chunk)
        room = _KEPT - len(self._first)
        self._first += chunk[:room]
        self._last += chunk[room:] if room > 0 else chunk
        if len(self._last) > 4 * _KEPT:
            del self._last[:-_KEPT]

    def text(self) -> str:
        """Return the ends, with what was left out between them counted."""
        last = bytes(self._last[-_KEPT:])
        left_out = self.count - len(self._first) - len(last)
        between = f"\n[... {left_out} bytes left out ...]\n".encode() if left_out else b""
        return (bytes(self._first) + between + last).decode("utf-8", errors="replace")
