"""Simulated systems and partners with personalities and faults, played from real orders.

Of our code it imports the EDI kernels alone, so that it cannot agree with our mistakes. Everything a system does is a
pure function of the seed and of what it was told; its books say what it was asked and what it did.
"""
