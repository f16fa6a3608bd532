"""`python -m tieout`."""

from tieout.cli.main import command

if __name__ == "__main__":
    command()
