"""Routes of business processes: orders, purchase orders, availability, reservations, timelines, exception cases."""
