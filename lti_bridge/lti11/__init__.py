"""LTI 1.1 launches: their signature, what they say, and the view that takes them."""
