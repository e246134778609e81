"""Larkspur County: an invented county for the demo. Any likeness to a real plan or person is chance."""
