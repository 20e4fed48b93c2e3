"""What is asked and what is known: parameters with their sources, scenarios and claims."""
