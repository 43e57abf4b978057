"""Hostile and real tars within bounds of time and memory: made here, and other projects' where they are at hand.

Other projects' files lie outside of the checkout: IMAGEXPLORER_ARCHIVES names the folder (its README tells the format).
Where it is not there, the cases made here stand in.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import tars

CHECKOUT = Path(__file__).parents[2]
ARCHIVES = Path(os.environ.get("IMAGEXPLORER_ARCHIVES", CHECKOUT.parent / "shared/data/archives"))


def bounded(paths: Iterable[Path], ways: Sequence[bool] = (False, True)) -> list[dict[str, Any]]:
    """What the bounded child says of each file; ways: by seeking, and by reading and hashing everything."""
    asked = [(str(path), verify) for path in paths for verify in ways]
    child = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("bounded_scan.py"))],
        input="".join(json.dumps(question) + "\n" for question in asked),
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        timeout=600,
        check=False,
    )
    answers = [json.loads(line) for line in child.stdout.splitlines()]
    told = asked[len(answers)] if len(answers) < len(asked) else "the end"
    assert child.returncode == 0, f"died with {child.returncode} at {told}: {child.stderr[-2000:]}"
    assert not any("raised" in answer for answer in answers), [a for a in answers if "raised" in a]
    return answers


def chain(member: bytes, count: int) -> Iterator[bytes]:
    yield from [member] * count
    yield bytes(tars.file("last", "x"))


DEEP = tars.tar([tars.file("a/" * 500_000 + "b"), tars.file("../" * 300_000 + "c")] * 8)
HOSTILE: dict[str, Callable[[], bytes]] = {
    "pax-chain": lambda: tars.tar(chain(tars.pax_header({"path": "p"}), 10_000)),
    "global-chain": lambda: tars.tar(chain(tars.pax_header({"comment": "p"}, "g"), 10_000)),
    "long-chain": lambda: tars.tar(chain(tars.long_header("L", "n" * 300), 10_000)),
    "pax-many-records": lambda: tars.tar(chain(tars.pax_header(tars.pax_records({"c": "x"}) * 170_000), 3)),
    "pax-digits": lambda: tars.tar(chain(tars.pax_header(b"9" * 1_000_000 + b" path=x\n"), 20)),
    "pax-long-numbers": lambda: tars.tar(
        chain(tars.pax_header({"uid": "9" * 300_000, "mtime": "9" * 300_000 + "." + "9" * 300_000}), 20)
    ),
    "long-paths": lambda: tars.zstd(
        tars.tar(tars.file("n" * 1_000_000 + str(number)) for number in range(90))
    ),
    "long-links": lambda: tars.zstd(tars.tar(tars.symlink("l", "t" * 1_000_000) for _ in range(90))),
    "deep-paths": lambda: tars.zstd(DEEP),
    "slashes": lambda: tars.zstd(tars.tar([tars.file("/" * 1_000_000 + "c")] * 20)),
    "odd-numbers": lambda: tars.tar(
        tars.file(f"f{number}", raw={"mtime": b"zzz", "mode": b"zz", "uid": b"z", "size": b" 0 "})
        for number in range(20_000)
    ),
    "odd-names": lambda: tars.tar([tars.file(f"./../a//b/.wh./../.wh.{number}") for number in range(50_000)]),
    "sparse-old-endless": lambda: tars.tar(
        [tars.Entry("s", kind="S", raw={"482": b"\1", "483": b"7777"}), (bytes(504) + b"\1" + bytes(7)) * 9000]
    ),
    "sparse-many-regions": lambda: tars.tar(
        [tars.file("s", pax={"GNU.sparse.map": "0,1," * 250_000 + "0,1", "GNU.sparse.size": "9" * 17})] * 5
    ),
    "sparse-count": lambda: tars.tar(
        [tars.file("s", b"9" * 18 + b"\n" + b"1\n" * 500_000,
                   pax={"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9" * 17})] * 5
    ),
    "sparse-huge": lambda: tars.tar(
        tars.file(f"s{number}", pax={"GNU.sparse.map": "0,1", "GNU.sparse.size": str(1 << 60)})
        for number in range(40)
    ),
    "size-beyond": lambda: tars.tar([tars.file("s", pax={"size": str(1 << 59)})]),
    "bomb-of-headers": lambda: tars.zstd(tars.tar(chain(tars.pax_header(tars.pax_records({"c": "x"}) * 170_000), 30))),
    "bomb-gzip": lambda: gzip.compress(tars.tar([tars.file("zeros", bytes(110 << 20))])),
    "bomb-zstd": lambda: tars.zstd(tars.tar([tars.file("zeros", bytes(110 << 20))])),
    "gzip-quine-like": lambda: gzip.compress(gzip.compress(gzip.compress(b"x" * 5000))),
    "gzip-members": lambda: b"".join(
        gzip.compress(tars.tar([tars.file(f"f{number}")], end=False), 1) for number in range(3000)
    ) + gzip.compress(b"") * 20_000,
    "many-entries": lambda: tars.zstd(
        b"".join(bytes(tars.file(f"d{number % 99}/f{number}")) for number in range(4000)) * 50
    ),
}  # fmt: skip


def test_hostile_tars_stay_within_bounds(tmp_path: Path) -> None:
    paths = []
    for name, make in HOSTILE.items():
        (tmp_path / name).write_bytes(make())
        paths.append(tmp_path / name)
    answers = bounded(paths)
    for answer in answers:
        assert answer["seconds"] < 30, answer["path"]
        assert answer["grown"] < 200 << 20, answer["path"]
    by_name = {Path(answer["path"]).name: answer for answer in answers}
    for name in ("pax-chain", "global-chain", "long-chain", "gzip-members", "odd-numbers"):
        assert by_name[name]["count"] > 0
    for name in ("pax-digits", "sparse-old-endless", "sparse-many-regions", "sparse-count", "size-beyond",
                 "bomb-zstd", "gzip-quine-like", "sparse-huge", "bomb-of-headers", "pax-long-numbers"):  # fmt: skip
        assert by_name[name]["problems"], name
    assert by_name["many-entries"]["count"] == 200_000


def place(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts[-1:] = []
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


KIND = {"reg": "file", "other:S": "file"}
Key = tuple[str, str, int, str]


def wanted_key(entry: Any) -> Key:
    if isinstance(entry, list):
        entry = dict(zip(("name", "type", "size", "linkname"), entry, strict=True))
    kind = KIND.get(entry["type"], entry["type"].split(":")[0])
    link = entry.get("linkname", "") if kind in ("symlink", "hardlink") else ""
    return (
        place(entry["name"]),
        kind,
        entry["size"] if kind == "file" else 0,
        place(link) if kind == "hardlink" else link,
    )


def got_key(entry: list[Any]) -> Key:
    path, kind, size, link = entry
    if kind == "whiteout":
        head, _, tail = path.rpartition("/")
        path, kind = f"{head}/.wh.{tail}", "file"
    elif kind == "opaque":
        path, kind = f"{path}/.wh..wh..opq", "file"
    return place(path), kind, size if kind == "file" else 0, place(link) if kind == "hardlink" else link


def equal(got: list[list[Any]], entries: list[Any]) -> bool:
    must = Counter(wanted_key(e) for e in entries if isinstance(e, list) or not e.get("optional"))
    may = Counter(wanted_key(e) for e in entries)
    have = Counter(got_key(e) for e in got)
    for counter in (must, may, have):
        counter.pop(("", "dir", 0, ""), None)
    return not must - have and not have - may


def verdict(case: dict[str, Any], answer: dict[str, Any]) -> str:
    """Empty where the reading is as the case expects."""
    problems = answer["problems"]
    for where, reason in problems:
        if not where.startswith(answer["path"]) or not reason:
            return f"a problem that names nothing: {where}: {reason}"
    if case["expect"] in ("error", "flagged"):
        return "" if problems else "silently fine"
    if case["expect"] == "any":
        return ""
    if problems and not answer["count"] and (case.get("error_ok") or case.get("unsupported_ok")):
        return ""
    want = json.loads((ARCHIVES / case["expected"]).read_text())
    if want.get("names_sha256"):
        return "" if answer["count"] == want["n_entries"] else "another number of entries"
    readings = [want["entries"], *(other["entries"] for other in want["alternatives"] if not other["error"])]
    return "" if any(equal(answer["entries"], reading) for reading in readings) else f"reads {answer['entries'][:5]}"


@pytest.mark.skipif(
    not (ARCHIVES / "INDEX.json").exists(), reason="other projects' archives are not here: made ones are"
)
def test_tars_of_other_projects() -> None:
    cases = [case for case in json.loads((ARCHIVES / "INDEX.json").read_text()) if case["kind"] == "tar"]
    cases = [case for case in cases if (ARCHIVES / case["file"]).exists()]
    assert len(cases) > 50
    # Hashing 16 GiB takes its time, and says nothing that a smaller one does not.
    small = [case for case in cases if "bomb" not in case["file"]]
    by_case = list(zip(cases, bounded([ARCHIVES / case["file"] for case in cases], [False]), strict=True))
    by_case += zip(small, bounded([ARCHIVES / case["file"] for case in small], [True]), strict=True)
    wrong = [f"{case['file']}: {said}" for case, answer in by_case if (said := verdict(case, answer))]
    print(f"{len(by_case)} readings, {len(wrong)} of them not as expected: {wrong}")
    assert len(wrong) <= 0.02 * len(by_case), wrong
    for case, answer in by_case:
        assert answer["seconds"] < (60 if "bomb" in case["file"] else 10), case["file"]
        assert answer["grown"] < 200 << 20, case["file"]
    good = [answer for case, answer in by_case if case["expect"] == "ok"]
    assert sum(bool(answer["problems"]) for answer in good) <= 0.12 * len(good)
