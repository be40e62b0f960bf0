"""The command as a module: `python -m infragap`."""

from infragap.cli import main

if __name__ == "__main__":
    main()
