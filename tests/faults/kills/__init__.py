"""Real processes are killed while they move money: nothing is lost, nothing is done twice."""
