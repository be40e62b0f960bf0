"""Compare two result folders byte by byte; in run.json the timings may differ. Exit code 1 if anything else does."""

import json
import sys
from pathlib import Path


def content(file: Path) -> bytes:
    """Bytes of a file, without the timings of run.json."""
    if file.name != "run.json":
        return file.read_bytes()
    record = json.loads(file.read_text(encoding="utf-8"))
    record.pop("timings")
    return json.dumps(record, sort_keys=True).encode()


def main(first: Path, second: Path) -> int:
    """Print the files that differ and return the exit code."""
    files = {folder: {f.relative_to(folder) for f in folder.rglob("*") if f.is_file()} for folder in (first, second)}
    differing = sorted(files[first] ^ files[second])
    differing += sorted(f for f in files[first] & files[second] if content(first / f) != content(second / f))
    for file in differing:
        print(f"differs: {file}")
    print(f"{len(files[first])} files compared, {len(differing)} differ")
    return 1 if differing or not files[first] else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
