"""`python -m cli` is `widip`."""

from cli.main import app

if __name__ == "__main__":
    app(prog_name="widip")
