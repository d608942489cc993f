"""Starts of the peers, each run by the peer's own interpreter: nothing here imports the bench."""
