"""`python -m sevenfold` is the command `sevenfold`."""

from typing import NoReturn

from sevenfold.modules import put_installed_first


def main() -> NoReturn:
    """Run the command line, whose modules are looked for where they are installed."""
    put_installed_first()
    from sevenfold.cli import main as run

    run()


if __name__ == "__main__":
    main()
