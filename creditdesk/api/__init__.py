"""The desk for programs: the same verdicts, reasons and rules as on the pages, authenticated by a key."""
