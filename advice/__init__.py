"""The arithmetic of advice: from evidence rows to verdicts and recommendations. Pure: rows in, rows out."""
