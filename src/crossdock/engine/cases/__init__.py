"""Cases: load, run handlers, save. Only the worker that holds a case's slot gets here."""
