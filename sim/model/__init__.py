"""From evidence and chance to a frozen plan for one trial."""
