"""Months of a county's life in seconds: the real handlers, jobs and outbox, scripted people, a clock that jumps.

The same seed gives the same months. Used by `sipbot simulate` and to give the demo its history.
"""

from bot.simulation.cast import Cast, make_cast
from bot.simulation.record import write_out
from bot.simulation.run import Simulation, end_of

__all__ = ["Cast", "Simulation", "end_of", "make_cast", "write_out"]
