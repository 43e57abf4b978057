"""No value whose name says that it is secret is shown, however it is written; what is none stays as it is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.entities import Image, ImageDetail, Step
from imagexplorer.core.secrets import HIDDEN, _masked, is_long, looks_secret, masked, masked_data, masked_image, veiled

NAMES = st.sampled_from(["DB_PASSWORD", "API_TOKEN", "secret", "AWS_SECRET_ACCESS_KEY", "SIGNING_KEY", "NPM_AUTH"])
VALUES = st.text("abcXYZ019&;$%!", min_size=8).map(lambda value: f"q7{value}")
WRITTEN = [
    "ENV {name}={value}",
    "ENV A=1 {name}={value} B=two words",
    "/bin/sh -c #(nop)  ENV {name}={value}",
    "/bin/sh -c #(nop)  ENV {name}={value} with its other words",
    "ENV {name} {value}",
    "ARG {name}={value}",
    'LABEL "{name}"="{value}"',
    "RUN export {name}={value} && make",
    'RUN {name}="{value} x" make',
    "RUN {name}='{value} x' make",
    'RUN {name}="{value}',
    "|2 A=b {name}={value} words /bin/sh -c make install",
    "RUN /bin/sh -c make --{name}={value}",
    "RUN login --{name} {value} host",
    'CMD ["sh", "-c", "{name}={value}", "more"]',
    'RUN echo \'{{"{name}": "{value}"}}\' > file',
    "RUN curl -H 'Authorization: Bearer {value}' host",
    "RUN git clone https://me:{value}@host/x",
]


@pytest.mark.parametrize("line", WRITTEN)
@given(NAMES, VALUES)
def test_it_is_hidden_however_it_is_written(line: str, name: str, value: str) -> None:
    shown = masked(line.format(name=name, value=value))
    assert value not in shown
    assert HIDDEN in shown


@pytest.mark.parametrize("line", WRITTEN)
def test_words_around_it_stay(line: str) -> None:
    shown = masked(line.format(name="API_TOKEN", value="hunter2"))
    for word in ("make", "host", "more", "A=1", "A=b", "B=two words", "/bin/sh -c"):
        assert (word in shown) == (word in line)


@pytest.mark.parametrize(
    "line",
    [
        "ENV PATH=/usr/bin:/bin",
        "RUN make A=1 && apt-get install -y curl",
        'LABEL org.opencontainers.image.authors="Me <me@host>"',
        "COPY --chown=1:1 monkey.txt /keys",
        'CMD ["nginx", "-g", "daemon off;"]',
        "EXPOSE 80/tcp",
        "",
    ],
)
def test_what_is_no_secret_stays(line: str) -> None:
    assert masked(line) == line


@given(st.text("ab=\"' \\-:/@\n|{}", max_size=60))
def test_any_text_is_taken(text: str) -> None:
    masked(text)


@pytest.mark.parametrize("piece", ["ENV a a ", 'a="', "a='", "--a ", "-", " ", 'x="\\', '"a":', "a://a", "ENV a=b "])
def test_hostile_text_is_read_once(piece: str) -> None:
    """The square of its length would be minutes."""
    text = "ENV " + piece * (200_000 // len(piece)) + "=" + " key "
    assert len(masked(text)) <= len(text)


WORDS = ["key", "KEY", "_", "-", ".", "path", "pat", "PW", "a", "password", "Auth", "orization: ", "or", "api", "=",
         '"', "'", " ", "\\", ":", "://", "@", "ENV ", "RUN ", "--", "x", "\u00e9", "pa\u017f\u017fword",
         "\u212aey", "PAT", "|1 ", "\n", "token"]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=25).map("".join))
def test_what_is_not_looked_through_has_nothing_to_hide(text: str) -> None:
    assert masked(text) == _masked(text)


@given(st.text(max_size=60))
def test_nor_has_any_other_text(text: str) -> None:
    assert masked(text) == _masked(text)


def test_long_is_what_has_many_values_or_much_text() -> None:
    image = Image("sha256:1")
    assert not is_long(
        ImageDetail(image, steps=(Step("RUN x" * 1000),) * 10, config={"config": {"Env": ["A=1"] * 100}})
    )
    assert is_long(ImageDetail(image, steps=(Step("RUN x" * 20_000),)))
    assert is_long(ImageDetail(image, config={"config": {"Labels": {f"a{n}": "" for n in range(2_000)}}}))
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]
    assert is_long(ImageDetail(image, config={"deep": deep}))


@given(NAMES, VALUES)
def test_data_is_masked_all_the_way_down(name: str, value: str) -> None:
    data = {
        "Env": ["PATH=/bin", f"{name}={value}"],
        "Cmd": ["run", f"--{name}", value, f"--{name}={value}"],
        "Labels": {name: value, "plain": "shown"},
        name: {"deep": [value, {"x": value}]},
        "history": [{"created_by": f"ENV {name}={value}"}],
        "Numbers": [1, 2.5, None, True],
    }
    shown = masked_data(data)
    assert value not in json.dumps(shown)
    assert shown["Env"][0] == "PATH=/bin"
    assert shown["Labels"]["plain"] == "shown"
    assert shown["Numbers"] == [1, 2.5, None, True]
    assert list(shown) == list(data)


def test_an_image_is_masked_in_steps_and_configuration() -> None:
    detail = ImageDetail(
        Image("sha256:1"), steps=(Step("ENV DB_PASSWORD=hunter2"),), config={"config": {"Env": ["DB_PASSWORD=hunter2"]}}
    )
    assert "hunter2" not in repr(masked_image(detail))
    clean = ImageDetail(Image("sha256:1"), steps=(Step("ENV A=1"),), config={"config": {"Env": ["A=1"]}})
    assert masked_image(clean) == clean


def test_an_author_is_no_secret() -> None:
    assert not looks_secret("author")
    assert looks_secret("npm_auth")


@given(
    st.lists(
        st.sampled_from(["run", "--token", "--db-password", "s3cret", "***", "***2", "--key=s3cret", "--key=***", "-v"])
    )
)
def test_what_is_veiled_finds_its_own_again(words: list[str]) -> None:
    shown, kept = veiled(words)
    assert [kept.get(word, word) for word in shown] == words
    hidden = [at for at, each in enumerate(masked_data(words)) if each != words[at]]
    assert list(kept.values()) == [words[at] for at in hidden]
    assert all("s3cret" not in shown[at] for at in hidden)
