"""Many trials: running, keeping and resuming them."""
