"""Benchmarks: figures beside a peer or a floor in the same run, and no verdict. Run by `make bench`."""
