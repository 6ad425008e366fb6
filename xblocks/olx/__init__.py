"""Reading and writing OLX of ours: items, assessments, banks and frameworks; see docs/reference/olx.md."""
