"""Whose a name is, what it is easily taken for, and what `latest` is in a list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer import resources
from imagexplorer.core.entities import Image
from imagexplorer.core.names import (
    COMMUNITY,
    ELSEWHERE,
    LIKE_OFFICIAL,
    LOCAL,
    OFFICIAL,
    Known,
    kept,
    look_alike,
    standing,
)

KNOWN = Known(resources.words("official_images.txt"), resources.words("registries.txt"))
DIGEST = "@sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("name", "digests", "kind"),
    [
        ("nginx:1.27", ("nginx" + DIGEST,), OFFICIAL),
        ("docker.io/library/nginx:1.27", ("docker.io/library/nginx" + DIGEST,), OFFICIAL),
        ("nginx:1.27", (), LIKE_OFFICIAL),
        ("nginx:1.27", ("other/nginx" + DIGEST,), LIKE_OFFICIAL),
        ("someone/nginx", (), COMMUNITY),
        ("myapp:dev", (), LOCAL),
        ("localhost/myapp", (), LOCAL),
        ("localhost:5000/nginx", (), LOCAL),
        ("127.0.0.1:5000/nginx", (), LOCAL),
        ("quay.io/org/app", (), ELSEWHERE),
        ("registry.example.com:5000/team/app", (), ELSEWHERE),
        ("No Name", (), LOCAL),
    ],
)
def test_standing(name, digests, kind):
    found = standing(name, digests, KNOWN)
    assert found.kind == kind
    assert found.words


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("ngnix:1.27", "nginx"),
        ("nginxx", "nginx"),
        ("ngin", "nginx"),
        ("someone/pyhton:3", "python"),
        ("quay.io/x/ubunto", "ubuntu"),
        ("libary/nginx", "library/nginx"),
        ("ghrc.io/org/app", "ghcr.io"),
        ("docker.oi/nginx", "docker.io"),
        ("ndoe", "node"),
        ("a1pine", "alpine"),
        ("rnariadb", "mariadb"),
        ("nginx", ""),
        ("someone/nginx", ""),
        ("mono", ""),
        ("nodes", ""),
        ("app", ""),
        ("localhost:5000/app", ""),
        ("registry.example.com/web", ""),
    ],
)
def test_look_alikes(name, near):
    assert look_alike(name, KNOWN) == near


@given(st.sampled_from(sorted(KNOWN.official)))
def test_no_well_known_name_is_taken_for_another(name):
    assert look_alike(name, KNOWN) == ""
    assert look_alike(f"ghcr.io/x/{name}:1", KNOWN) == ""


def test_what_latest_is_here():
    old = Image("sha256:1", ("nginx:1.26", "mine/nginx:1"), created=100)
    new = Image("sha256:2", ("docker.io/library/nginx:latest", "nginx:1.27", "nginx:stable"), created=200)
    other = Image("sha256:3", ("other/nginx:latest",), created=300)
    ours, mine = kept(old, [new, old, other])
    assert (ours.repository, ours.latest, ours.also) == ("nginx", new, ("1.27", "stable"))
    assert ours.newer == ((new, ("latest", "1.27", "stable")),)
    assert (mine.repository, mine.latest, mine.newer) == ("mine/nginx", None, ())
    assert kept(new, [new, old, other])[0].newer == ()
    assert kept(Image("sha256:4"), [new]) == []
