"""Kills everything while results are being sent, and accounts for each of them in the end."""
