"""Pages of a training plan for those who apply: the enterprise, its institution, its superior unit."""
