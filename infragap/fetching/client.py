"""One request after another: with a name, pauses, a cache, and downloads that go on where they were cut off.

A file is written as `name.part`; what is complete and passes its checks gets its name in one step, with a line beside
it that says from where it came. A killed fetch leaves parts that the next one continues, and never a half file under
its name.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

from infragap.disk.exchange import locked, put_text
from infragap.fetching.services import address, rewritten, service
from infragap.gis.errors import InfragapError, ParameterError

_VERSION = version("infragap")

WAITS_S = (2.0, 8.0, 30.0, 60.0)
RETRIED = (429, 500, 502, 503, 504, 529)
REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 5
MOST_BYTES = 4_000_000_000
CHUNK = 1 << 16
TIMEOUT_S = (20, 300)
SLOWEST_WAIT_S = 300.0
MOST_SAID = 4096
"""Bytes of a refusal or a status that are read."""

MAGIC: Mapping[str, tuple[bytes, ...]] = {
    "tiff": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), "zip": (b"PK",), "json": (b"{", b"["), "xml": (b"<?xml", b"<osm"),
    "pbf": (b"\0\0\0\x0d\x0a\x09OSMHeader", b"\0\0\0\x0e\x0a\x09OSMHeader"),
    "gzip": (b"\x1f\x8b",), "fgb": (b"fgb\x03fgb",), "bytes": (b"",),
}  # fmt: skip
"""What a file of a kind begins with; blanks and a byte order mark may stand before text. Plain text begins with
anything but a mark of HTML."""

TEXTS = ("json", "xml", "text")

LFS_POINTER = b"version https://git-lfs"


class FetchError(InfragapError):
    """A layer could not be fetched; the text says which, why, and what to do."""


class NotThereError(FetchError):
    """The service answers that it does not have what was asked for."""


class RefusedError(FetchError):
    """The service will not answer this question; the text says why."""


class NoRangesError(FetchError):
    """The server gives the whole file alone.

    Attributes
    ----------
    size
        Its bytes; 0 where it does not say.
    """

    def __init__(self, message: str, size: int) -> None:
        """Say what the server does, and keep how much it would give."""
        super().__init__(message)
        self.size = size


class WrongFileError(FetchError):
    """What came is not what it should be; nothing of it is kept."""


@dataclass(frozen=True)
class Wanted:
    """One file to be fetched.

    Attributes
    ----------
    service
        In the table of services.
    url
        Address.
    kind
        tiff, zip, json, xml, pbf or text: what it must begin with.
    data
        Form fields of a POST; None for a GET.
    checksum
        'md5:…', 'sha256:…' or 'git:…' where the publisher gives one.
    span
        First and last + 1 of the bytes that are wanted; None: all.
    accept
        Looks into the file before it gets its name; raises `FetchError` where it must not be kept.
    """

    service: str
    url: str
    kind: str
    data: Mapping[str, str] | None = None
    checksum: str = ""
    span: tuple[int, int] | None = None
    accept: Callable[[Path], None] | None = None

    @property
    def key(self) -> str:
        """Name in the cache: the end of the address, and a checksum of all of the request."""
        asked = json.dumps([self.url, dict(self.data or {}), *(self.span or ())], sort_keys=True).encode()
        tail = "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in self.url.rsplit("/", 1)[-1])[-60:]
        return f"{hashlib.sha256(asked).hexdigest()[:16]}-{tail}"


@dataclass(frozen=True)
class Fetched:
    """A file in the cache.

    Attributes
    ----------
    path
        Where it lies.
    about
        Line of the manifest: service, url, final_url, date, etag, last_modified, bytes, sha256.
    """

    path: Path
    about: dict[str, Any]


@dataclass
class Client:
    """Fetches one file at a time.

    Attributes
    ----------
    cache
        Folder of what was fetched.
    contact
        How whoever calls can be reached: an address of mail or web.
    wait
        Sleeps for some seconds.
    clock
        Seconds since some moment.
    environment
        Where bases of services are looked up; None for that of the process.
    today
        Day that is written beside what is fetched; None for that of the clock, in universal time.
    """

    cache: Path
    contact: str = ""
    wait: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    environment: Mapping[str, str] | None = None
    today: date | None = None
    _session: requests.Session = field(default_factory=requests.Session, init=False)
    _last: dict[str, float] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Say who calls."""
        who = f" (+{self.contact})" if self.contact else ""
        if any(ord(sign) < 32 or ord(sign) > 126 for sign in self.contact):
            raise ParameterError("contact: write an address of mail or web in plain letters")
        self._session.headers["User-Agent"] = f"infragap/{_VERSION}{who}"
        self._session.headers["Accept-Encoding"] = "identity"

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the cache: two fetches at a time would be two requests at a time.

        Raises
        ------
        FetchError
            Another fetch is going on.
        """
        self.cache.mkdir(parents=True, exist_ok=True)
        with locked(self.cache) as is_ours:
            if not is_ours:
                raise FetchError(
                    f"another fetch into {self.cache} is going on: wait for its end, or name another --cache"
                )
            yield

    def get(self, wanted: Wanted) -> Fetched:
        """Give a file, from the cache where it is there.

        Raises
        ------
        NotThereError
            The service does not have it.
        FetchError
            It could not be fetched, or is not what it should be.
        """
        path, told = self.cache / wanted.key, self.cache / f"{wanted.key}.json"
        if path.exists() and told.exists():
            about = json.loads(told.read_text(encoding="utf-8"))
            if path.stat().st_size == about["bytes"]:
                return Fetched(path, about)
        if service(wanted.service).needs_contact and not self.contact:
            raise FetchError(
                f"{wanted.service} refuses callers that cannot be reached: give --contact, your address of mail or web"
            )
        problem = ""
        for wait_s in (*WAITS_S, None):
            try:
                return self._fetched(wanted, path, told)
            except _AskAgainError as again:
                problem = str(again)
                if wait_s is None:
                    break
                self.wait(min(max(wait_s, again.after_s), SLOWEST_WAIT_S))
        raise FetchError(f"{wanted.service}: {wanted.url} could not be fetched ({problem}). Try again later: what has "
                         "arrived is kept and continued.")  # fmt: skip

    def day(self) -> date:
        """The day of what is fetched now, in universal time."""
        return self.today or datetime.now(UTC).date()

    def kept(self) -> Iterator[dict[str, Any]]:
        """Lines of the manifest of all that lies in the cache, by name."""
        for told in sorted(self.cache.glob("*.json")):
            if told.with_suffix("").exists():
                yield json.loads(told.read_text(encoding="utf-8"))

    def forget(self, fetched: Fetched) -> None:
        """Take a file out of the cache, so that it is asked for anew."""
        fetched.path.with_name(f"{fetched.path.name}.json").unlink(missing_ok=True)
        fetched.path.unlink(missing_ok=True)

    def _fetched(self, wanted: Wanted, path: Path, told: Path) -> Fetched:
        part = path.with_name(f"{path.name}.part")
        answer, final = self._asked(wanted, part)
        with answer:
            if wanted.span is not None and answer.status_code == 200:
                if part.exists():
                    part.unlink()
                    raise _AskAgainError("the file is another one by now")
                size = int(answer.headers.get("Content-Length", 0))
                raise NoRangesError(f"{wanted.service}: {wanted.url} comes as a whole alone", size)
            _write(answer, part, 0 if wanted.span is None else wanted.span[0])
            about = {
                "service": wanted.service,
                "url": wanted.url,
                "final_url": final,
                "date": self.day().isoformat(),
                "etag": answer.headers.get("ETag", ""),
                "last_modified": answer.headers.get("Last-Modified", ""),
                "bytes": part.stat().st_size,
                "sha256": _digest(part, "sha256"),
            }
            if wanted.span is not None:
                whole = answer.headers.get("Content-Range", "").rpartition("/")[2]
                about |= {"span": list(wanted.span), "total": int(whole) if whole.isdigit() else 0}
        try:
            _require_kind(part, wanted)
            _require_checksum(part, wanted)
            if wanted.accept is not None:
                wanted.accept(part)
        except FetchError:
            part.unlink(missing_ok=True)
            _mark(part).unlink(missing_ok=True)
            raise
        put_text(told, json.dumps(about, indent=1))
        _mark(part).unlink(missing_ok=True)
        part.replace(path)
        return Fetched(path, about)

    def _asked(self, wanted: Wanted, part: Path) -> tuple[requests.Response, str]:
        """Ask, follow redirects by the table of services, and sort the answers."""
        url = rewritten(wanted.url, self.environment)
        headers = _range_of(part, wanted.span) if wanted.data is None else {}
        for _ in range(MOST_REDIRECTS + 1):
            self._pause(wanted.service)
            try:
                answer = self._session.request(
                    "GET" if wanted.data is None else "POST", url, data=wanted.data, headers=headers, stream=True,
                    timeout=TIMEOUT_S, allow_redirects=False,
                )  # fmt: skip
            except requests.RequestException as error:
                raise _AskAgainError(type(error).__name__) from error
            if answer.status_code not in REDIRECTS:
                break
            url = rewritten(urljoin(url, answer.headers.get("Location", "")), self.environment)
            answer.close()
        else:
            raise FetchError(f"{wanted.service}: {wanted.url} is redirected in a circle")
        status = answer.status_code
        if status in (200, 206):
            return answer, url
        said = _said(answer) if status == 400 else ""
        answer.close()
        if status == 416:
            part.unlink(missing_ok=True)
            raise _AskAgainError("the part that was there is longer than the file")
        if status in RETRIED:
            after_s = _seconds(answer.headers.get("Retry-After", ""))
            raise _AskAgainError(f"answer {status}", max(after_s, self._busy_s(wanted.service) if status == 429 else 0))
        if status == 400:
            raise RefusedError(f"{wanted.service}: {wanted.url} is refused ({said or 'no reason given'})")
        kind = NotThereError if status in (403, 404, 410) else FetchError
        raise kind(f"{wanted.service}: {wanted.url} answers {status}")

    def _busy_s(self, name: str) -> float:
        """Seconds until a server that is busy has a place for us: as its status says, and no less than it asks for."""
        known = service(name)
        if not known.status:
            return known.busy_s
        try:
            with self._session.get(address(name, known.status, self.environment), timeout=TIMEOUT_S,
                                   allow_redirects=False, stream=True) as answer:  # fmt: skip
                told = answer.raw.read(MOST_SAID).decode("utf-8", "replace")
        except requests.RequestException:
            return known.busy_s
        return max([known.busy_s, *sorted(float(one) for one in re.findall(r"in (\d+) seconds", told))[:1]])

    def _pause(self, name: str) -> None:
        since = self.clock() - self._last.get(name, -1e9)
        if (left := service(name).pause_s - since) > 0:
            self.wait(left)
        self._last[name] = self.clock()


class _AskAgainError(Exception):
    """An answer after which the same is asked again."""

    def __init__(self, reason: str, after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.after_s = after_s


def _write(answer: requests.Response, part: Path, first: int) -> None:
    """Write the body behind what is there (206) or anew (200), and require its length."""
    start = 0
    if answer.status_code == 206:
        start = part.stat().st_size if part.exists() else 0
        if not answer.headers.get("Content-Range", "").startswith(f"bytes {first + start}-"):
            part.unlink(missing_ok=True)
            raise _AskAgainError("the server went on at another place")
    length = answer.headers.get("Content-Length")
    if length is not None and start + int(length) > MOST_BYTES:
        raise FetchError(
            f"{answer.url}: {int(length) / 1e9:.1f} GB, more than {MOST_BYTES / 1e9:.0f} GB are not fetched"
        )
    mark = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
    put_text(_mark(part), mark)
    written = start
    with part.open("ab" if start else "wb") as file:
        try:
            for chunk in answer.iter_content(CHUNK):
                written += len(chunk)
                if written > MOST_BYTES:
                    raise FetchError(f"{answer.url}: larger than {MOST_BYTES / 1e9:.0f} GB")
                file.write(chunk)
        except requests.RequestException as error:
            raise _AskAgainError("the connection was cut") from error
        file.flush()
        os.fsync(file.fileno())
    if length is not None and written - start != int(length):
        raise _AskAgainError(f"{written - start} of {length} bytes arrived")


def _range_of(part: Path, span: tuple[int, int] | None) -> dict[str, str]:
    """Ask for the rest of a part, if the file is still the same; without a mark of the file, for all that is wanted."""
    there = part.stat().st_size if part.exists() and _mark(part).exists() else 0
    mark = _mark(part).read_text(encoding="utf-8") if there else ""
    if not mark or mark.startswith("W/"):
        part.unlink(missing_ok=True)
        return {} if span is None else {"Range": f"bytes={span[0]}-{span[1] - 1}"}
    if span is None:
        return {"Range": f"bytes={there}-", "If-Range": mark}
    if there >= span[1] - span[0]:
        # complete, and killed before it got its name: the last byte is asked for again
        os.truncate(part, there := span[1] - span[0] - 1)
    return {"Range": f"bytes={span[0] + there}-{span[1] - 1}", "If-Range": mark}


def _mark(part: Path) -> Path:
    return part.with_name(f"{part.name}.mark")


def _require_kind(part: Path, wanted: Wanted) -> None:
    with part.open("rb") as file:
        head = file.read(512)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(LFS_POINTER):
        raise WrongFileError(f"{wanted.service}: {wanted.url} is a pointer to a file that is kept elsewhere")
    begins = text if wanted.kind in TEXTS else head
    if begins.startswith(b"<") if wanted.kind == "text" else not begins.startswith(MAGIC[wanted.kind]):
        shown = text[:60].decode("ascii", "replace")
        raise WrongFileError(f"{wanted.service}: {wanted.url} is no {wanted.kind} file but begins with {shown!r}")


def _require_checksum(part: Path, wanted: Wanted) -> None:
    kind, _, value = wanted.checksum.partition(":")
    if kind and _digest(part, kind) != value:
        raise WrongFileError(f"{wanted.service}: {wanted.url} does not have the checksum that its publisher states")


def _digest(path: Path, kind: str) -> str:
    """Checksum of a file; 'git' is that of a blob: its length stands before its content."""
    # SHA-1 and MD5 are what publishers state
    digest = hashlib.new("sha1" if kind == "git" else kind, usedforsecurity=False)
    if kind == "git":
        digest.update(f"blob {path.stat().st_size}\0".encode())
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _said(answer: requests.Response) -> str:
    """Reason that a refusal gives in JSON, on one line."""
    try:
        told = json.loads(answer.raw.read(MOST_SAID, decode_content=True))
        return " ".join(str(told["message"]).split())[:200]
    except (ValueError, KeyError, TypeError, requests.RequestException):
        return ""


def _seconds(text: str) -> float:
    """Read Retry-After: seconds, or a date."""
    if text.strip().isdigit():
        return float(text)
    with contextlib.suppress(TypeError, ValueError):
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    return 0.0
