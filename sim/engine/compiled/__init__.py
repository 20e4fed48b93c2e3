"""The compiled engine: the rules of the reference engine, compiled, over records in memory."""
