"""Between a block and its host: the platform's imports and services, and what a block tells and is told."""
