"""Names of users and groups as the C library reads them, out of files that may hold anything."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.owners import NUMBERS, owners_of

PASSWD = b"""root:x:0:0:root:/root:/bin/sh
toor:x:0:0::/:/x
# a comment
+nis
app:x:1000:1000
bad:x:-1:0
:x:7:7
x:x:seven:7"""


def test_the_first_name_of_a_number_counts_and_what_is_no_line_is_passed_over() -> None:
    owners = owners_of(PASSWD, b"root:x:0:\nstaff:x:50:app\n")
    assert owners.users == {0: "root", 1000: "app"}
    assert owners.words(0, 50) == "root:staff"
    assert owners.words(1, 1000) == "1:1000"
    assert owners.exact(1000, 0) == "user app (1000), group root (0)"
    assert NUMBERS.exact(5, 6) == "user 5, group 6"


@given(st.binary(max_size=300))
def test_any_bytes_are_read(data: bytes) -> None:
    for number, name in owners_of(data, data).users.items():
        assert 0 <= number < 10**10
        assert 0 < len(name) <= 64
