"""Other ways of building this bot, measured beside it. Installed on demand, never a dependency of the product."""
