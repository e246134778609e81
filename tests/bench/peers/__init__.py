"""What other ways of building this bot cost for the same stored update. Installed on demand, no part of the product."""
