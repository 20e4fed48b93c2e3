"""From a log of events to measures, paired differences and money."""
