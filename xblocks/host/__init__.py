"""What runs when an import of a platform or a service is needed between a block and its host."""
