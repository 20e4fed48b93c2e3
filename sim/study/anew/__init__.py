"""A new study for any authority, from one table of published yearly figures."""
