"""Pure decisions with their terms as arguments. They judge numbers; what happens next is decided in `processes/`."""
