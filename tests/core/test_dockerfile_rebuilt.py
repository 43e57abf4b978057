"""A Dockerfile, as each builder writes it into a history, and what is rebuilt of it: the same instructions again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagexplorer.core.dockerfile import From, dockerfile_text, rebuilt
from imagexplorer.core.entities import Image, ImageDetail, Step
from imagexplorer.core.shell_lines import laid_out
from imagexplorer.core.text import plain
from tests.core.builders import BUILDKIT, CLASSIC, PODMAN, detail_of, meaning

BUILDERS = (CLASSIC, BUILDKIT, PODMAN)

NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,8}", fullmatch=True)
VALUES = st.text(st.sampled_from("abz09 $\"'\\#&;=[]{}:/.,-é"), max_size=12).map(lambda text: " ".join(text.split()))
PATHS = st.from_regex(r"/[a-z]{1,8}(/[a-z]{1,8})?", fullmatch=True)
FOLDERS = PATHS | st.sampled_from(["/a b", "/with blank/in it"])
PIECES = st.sampled_from(
    ["apt-get update", "echo 'a && b'", 'echo "x ; y"', "(cd /x && make)", "rm -rf /x/lists/*", "test -f a\\ b",
     "for i in 1 2; do echo $i; done", "echo $(date && id)", "true", "[ -e /x ]", "echo \\# no comment"]
)  # fmt: skip
COMMANDS = st.lists(PIECES, min_size=1, max_size=6).flatmap(
    lambda pieces: st.lists(
        st.sampled_from([" && ", "; ", " || ", "     && ", "; \t"]), min_size=len(pieces) - 1, max_size=len(pieces) - 1
    ).map(lambda ends: "".join(a + b for a, b in zip(pieces, [*ends, ""], strict=True)))
)
EXEC = st.lists(st.text(st.sampled_from('ab "\\$;'), min_size=1, max_size=6), min_size=1, max_size=4)


def assignments(names):
    return st.dictionaries(names, VALUES, min_size=1, max_size=4).map(lambda found: list(found.items()))


INSTRUCTIONS = st.one_of(
    st.tuples(st.just("ENV"), assignments(NAMES)),
    st.tuples(st.just("LABEL"), assignments(st.from_regex(r"[a-z]{1,6}(\.[a-z]{1,6})?", fullmatch=True))),
    st.tuples(st.just("RUN"), COMMANDS),
    st.tuples(st.sampled_from(["CMD", "ENTRYPOINT"]), COMMANDS | EXEC),
    st.tuples(st.just("EXPOSE"), st.lists(st.sampled_from(["80", "443", "53/udp"]), min_size=1, unique=True)),
    st.tuples(st.just("VOLUME"), st.lists(FOLDERS, min_size=1, max_size=3, unique=True)),
    st.tuples(st.just("HEALTHCHECK"), st.tuples(st.integers(1, 50), st.integers(1, 9), COMMANDS)),
    st.tuples(st.just("COPY"), st.tuples(st.just("src"), PATHS)),
    st.tuples(st.just("USER"), st.sampled_from(["app", "0:0"])),
    st.tuples(st.just("WORKDIR"), PATHS),
    st.tuples(st.just("STOPSIGNAL"), st.just("SIGQUIT")),
    st.tuples(st.just("ONBUILD"), st.just("RUN make")),
    st.tuples(st.just("SHELL"), st.sampled_from([["/bin/bash", "-o", "pipefail", "-c"], ["/bin/sh", "-c"]])),
)


def blanks(value):
    return " ".join(value.split()) if isinstance(value, str) else value


def plainly(instruction):
    """Blanks between a shell's words are free."""
    word, value = instruction
    if word in ("RUN", "CMD", "ENTRYPOINT"):
        return word, blanks(value)
    if word == "HEALTHCHECK":
        return word, (*value[:2], blanks(value[2]))
    return word, value


def unique_names(file):
    """A name that is set twice has one value in the configuration: there its earlier one is anyone's guess."""
    names = [key for word, value in file if word in ("ENV", "LABEL") for key, _ in value]
    return len(names) == len(set(names))


@pytest.mark.parametrize("builder", BUILDERS)
@settings(max_examples=100)
@given(file=st.lists(INSTRUCTIONS, max_size=6).filter(unique_names))
def test_what_was_written_is_rebuilt(builder, file):
    detail = detail_of(builder, file)
    lines = rebuilt(detail)
    assert [line.step for line in lines] == list(range(len(file))), "a configuration that the history explains"
    if builder != BUILDKIT:
        file = [(word, ("…", value[1])) if word == "COPY" else (word, value) for word, value in file]
    assert list(map(plainly, meaning(dockerfile_text(lines, "x")))) == list(map(plainly, file))


@given(COMMANDS)
def test_lines_of_a_command_make_the_same_command(command):
    text = laid_out(command)
    assert blanks(text.replace("\\\n", "")).replace("; ", ";") == blanks(command).replace("; ", ";")
    assert not any(line.lstrip().startswith("#") for line in text.split("\n"))


def step_lines(*raw, comment="", config=None):
    steps = tuple(Step(each, comment=comment, empty=False) for each in raw)
    return rebuilt(ImageDetail(Image("sha256:1"), (), steps, {"config": config or {}}))


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("RUN |1 V=a b /bin/sh -c make $V # buildkit", "RUN make $V"),
        ("/bin/sh -c set -eux;     apt-get update;     rm /x", "RUN set -eux; \\\n    apt-get update; \\\n    rm /x"),
        (
            "RUN /bin/sh -c apt-get install -y     curl     git     && rm -rf /x # buildkit",
            "RUN apt-get install -y \\\n    curl \\\n    git \\\n    && rm -rf /x",
        ),
        ("RUN /bin/sh -c a\nb\n # buildkit", "RUN <<EOF\na\nb\nEOF"),
        ("RUN /bin/sh -c cat <<E > /x\nhello\nE # buildkit", "RUN cat <<E > /x\nhello\nE"),
        ('/bin/sh -c #(nop)  HEALTHCHECK &{["NONE"] "0s" "0s" "0s" \'\\x00\'}', "HEALTHCHECK NONE"),
        ("/bin/sh -c #(nop)  HEALTHCHECK &{[CMD-SHELL test -e /v || exit 1] 30s 0s 0s 0s 2}",
         "HEALTHCHECK --interval=30s --retries=2 CMD test -e /v || exit 1"),
        ('HEALTHCHECK &{["CMD" "a" "b c"] "5s" "3s" "1m0s" "0s" \'\\x03\'}',
         'HEALTHCHECK --interval=5s --timeout=3s --start-period=1m0s --retries=3 \\\n    CMD ["a", "b c"]'),
        ("EXPOSE [80/tcp 53/udp]", "EXPOSE 80 53/udp"),
        ("/bin/sh -c #(nop) COPY --chown=1:1 dir:5f4e2b1c0a9d8e7f6a5b in /app ", "COPY --chown=1:1 … /app"),
        ("/bin/sh -c #(nop) COPY --chown=7:8multi:5f4e2b1c0a9d8e7f6a5b in /dst/ ", "COPY --chown=7:8 … /dst/"),
        ("ADD https://example.com/x.tar /x # buildkit", "ADD https://example.com/x.tar /x"),
        ("|0 /bin/bash -o pipefail -c true", 'RUN ["/bin/bash", "-o", "pipefail", "-c", "true"]'),
        ('/bin/sh -c #(nop)  CMD ["/bin/sh" "-c" "echo $HOME"]', "CMD echo $HOME"),
        ("/bin/sh -c #(nop)  ARG V=a$b", 'ARG V="a\\$b"'),
        ("powershell -Command $x = 1; dir", 'RUN ["powershell", "-Command", "$x = 1; dir"]'),
    ],
)  # fmt: skip
def test_spellings(raw, text):
    assert step_lines(raw)[0].text == text


def test_what_a_builder_fills_in_stays_as_it_was_written():
    config = {"Env": ["A=hello ", "B=x"]}
    lines = step_lines('/bin/sh -c #(nop) ENV A="hello $USER" B=$C', config=config)
    assert [line.text for line in lines] == ['ENV A="hello $USER" B=$C']
    lines = step_lines("/bin/sh -c #(nop)  ENV A=cost: $5 B=x", config={"Env": ["A=cost: $5", "B=x"]})
    assert [line.text for line in lines] == ['ENV A="cost: \\$5" B=x']


def test_podman_names_the_usual_shell_whatever_SHELL_says():
    lines = step_lines('/bin/sh -c #(nop) SHELL ["/bin/bash", "-c"]', "/bin/sh -c make")
    assert [line.text for line in lines] == ['SHELL ["/bin/bash", "-c"]', "RUN make"]
    lines = step_lines("/bin/bash -c #(nop)  SHELL [/bin/bash -c]", "/bin/bash -c make", "/bin/sh -c x")
    assert [line.text for line in lines][1:] == ["RUN make", 'RUN ["/bin/sh", "-c", "x"]']


def test_what_is_no_instruction_stays_a_comment():
    for raw in ("bazel build //:image", "# debian.sh --arch 'amd64' out/ 'bookworm'", "", "/bin/sh"):
        line = step_lines(raw, comment="" if raw else "Imported from -")[0]
        assert (line.word, line.text) == ("", "")
        assert "no Dockerfile instruction" in line.notes[0]
    assert step_lines("", comment="Imported from -")[0].notes[1] == "Imported from -"


def test_what_the_configuration_has_alone_is_appended_and_marked():
    config = {
        "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "A=b c"],
        "Labels": {"k": "v"},
        "User": "app",
        "ExposedPorts": {"80/tcp": {}},
        "Volumes": {"/data": {}},
        "Cmd": ["x", "y"],
        "Healthcheck": {"Test": ["CMD-SHELL", "true"], "Interval": 90 * 10**9, "Retries": 2},
    }
    lines = step_lines("/bin/sh -c true", config=config)
    assert [line.step for line in lines[1:]] == [-1] * 7
    assert all("configuration has this" in line.notes[0] for line in lines[1:])
    assert [line.text for line in lines[1:]] == [
        'ENV A="b c"', "LABEL k=v", "USER app", "EXPOSE 80", 'VOLUME ["/data"]',
        "HEALTHCHECK --interval=1m30s --retries=2 CMD true", 'CMD ["x", "y"]',
    ]  # fmt: skip


def test_a_known_base_image_stands_for_its_instructions():
    lines = step_lines("/bin/sh -c #(nop) ADD file:5f4e2b1c0a9d8e7f in / ", "/bin/sh -c a  &&  b", "/bin/sh -c make")
    text = dockerfile_text(lines, "app:1", From("base:1", 2))
    assert meaning(text) == [("RUN", "make")]
    assert "#   RUN a  &&  b" in text
    assert "\nFROM base:1\n" in text
    told = step_lines("/bin/sh -c make", comment="FROM docker.io/library/base:2")
    assert "FROM docker.io/library/base:2\n" in dockerfile_text(told, "app:1")
    assert "FROM scratch" in dockerfile_text(step_lines("x", comment="FROM 0123456789ab"), "app:1")


@given(st.lists(st.tuples(st.text(), st.text()), max_size=3), st.dictionaries(st.text(), st.text()))
def test_any_text_is_written_without_a_fault(entries, labels):
    steps = tuple(Step(raw, comment=comment, empty=False) for raw, comment in entries)
    lines = rebuilt(ImageDetail(Image("sha256:1"), (), steps, {"config": {"Labels": labels, "Env": list(labels)}}))
    text = dockerfile_text(lines, "x")
    assert all(plain(row, 10**6) == row for row in text.split("\n")), "nothing in it turns or breaks a line"
