"""Intake: nothing is answered before it is safe. Raw store, two gates against doubles, translation, quarantine."""
