"""The arithmetic of advice: from evidence rows to verdicts and recommendations. Pure: rows in, rows out."""

from advice.decision import decide, lean_with_weights

__all__ = ["decide", "lean_with_weights"]
