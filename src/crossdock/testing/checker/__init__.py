"""The independent checker: reads what the simulated systems wrote down, asks the product from outside, and judges.

It imports nothing of Crossdock but its own files, and nothing else than the standard library, so that it cannot share
a mistake with what it judges. Run it as `python -m crossdock.testing.checker --help`.

`books.py` reads the books; `sales.py`, `purchasing.py` and `warehouse.py` say what the books tell of orders, supply and
goods; `product.py` asks the product's API and command line. Each module in `invariants/` judges one law.
"""
