"""Spellings of history as Docker 20.10, BuildKit and Podman write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.dockerfile import instruction_words, keyword


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ('/bin/sh -c #(nop)  CMD ["bash"]', 'CMD ["bash"]'),
        ("/bin/sh -c apt-get update &&     apt-get install -y curl", "RUN apt-get update && apt-get install -y curl"),
        ("RUN /bin/sh -c make install # buildkit", "RUN make install"),
        ("COPY app /app # buildkit", "COPY app /app"),
        ("/bin/sh -c #(nop) ADD file:5f4e2b1c0a9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f in / ", "ADD … /"),
        ("/bin/sh -c #(nop) COPY --chown=7:8multi:5f4e2b1c0a9d8e7f in /d ", "COPY --chown=7:8 … /d"),
        ("|2 A=1 B=two words /bin/sh -c make", "RUN make"),
        ("|1 A=1 make all", "RUN make all"),
        ("ENV PATH=/usr/bin", "ENV PATH=/usr/bin"),
        ("/bin/bash -o pipefail -c true", "/bin/bash -o pipefail -c true"),
        ("", ""),
        ("bash", "bash"),
        ("RUN\n  a \\\n  b", "RUN a \\ b"),
    ],
)
def test_spellings(raw, words):
    assert instruction_words(raw) == words


def test_keyword():
    assert keyword("RUN make") == "RUN"
    assert keyword("bash") == ""


@given(st.text())
def test_any_text_is_one_line(raw):
    assert "\n" not in instruction_words(raw)
