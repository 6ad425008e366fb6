"""One benchmark a module; ``measure()`` returns its figures."""
