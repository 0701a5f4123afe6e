"""What a caller or a person may do: each with an actor, a permission and, where it changes something, an audit row."""
