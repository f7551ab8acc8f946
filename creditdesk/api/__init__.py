"""The desk for programs: the same verdicts, reasons and rules as on the pages, asked for with a key."""
