"""What may be promised, with the terms behind every number, now and at any past moment."""

from crossdock.inventory.availability.answer import Detail, Question, available_to_promise
from crossdock.inventory.availability.terms import AvailableOn, AvailableToPromise

__all__ = ["AvailableOn", "AvailableToPromise", "Detail", "Question", "available_to_promise"]
