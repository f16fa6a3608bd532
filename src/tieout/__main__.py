"""`python -m tieout`."""

from tieout.cli.main import main

if __name__ == "__main__":
    main()
