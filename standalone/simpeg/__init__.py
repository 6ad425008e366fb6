"""A demo SIMPEG (regional HR system): a fake by purpose, a strict LTI 1.3 platform by behaviour.

It stands in for a real HR system wherever one is needed to try or test the product, and meets the
product over HTTP only. It refuses everything that a strict platform may refuse.
"""
