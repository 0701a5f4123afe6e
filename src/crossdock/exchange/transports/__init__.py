"""How documents travel to and from trading partners."""
