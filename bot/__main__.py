"""`python -m bot` is `sipbot`."""

from bot.cli import main

main()
