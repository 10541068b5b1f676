"""`python -m sevenfold.executor` is a worker process."""

from sevenfold.modules import put_installed_first


def main() -> None:
    """Serve the driver, with modules from where they are installed."""
    put_installed_first()
    from sevenfold.executor.worker import main as serve

    serve()


if __name__ == "__main__":
    main()
