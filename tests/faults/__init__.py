"""Money under faults: `make faults` (docs/faults.md). The ordinary suite takes in only what is quick."""
