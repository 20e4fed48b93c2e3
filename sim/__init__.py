"""caresim: how early help and edge-of-care services change the number of children looked after."""

__version__ = "0.1.0"
