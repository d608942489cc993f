"""Yardsticks: what the same machine does in the same minute without the product.

`echo` is the HTTP server with nothing behind it, `store` the database with nothing
before it. A number of the product means something beside these and nowhere else.
"""
