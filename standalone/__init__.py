"""The one-machine site and the demo SIMPEG. It may import anything; nothing imports it."""
