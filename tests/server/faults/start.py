"""Brings Django up and does one of the actions of `work.py`: python start.py ACTION [WORD]."""

import sys
from importlib import import_module

from tieout.server.boot import boot

if __name__ == "__main__":
    boot()
    import_module("work").ACTIONS[sys.argv[1]](*sys.argv[2:])
