"""From the form to its command line and back; and lines as people paste them."""

from __future__ import annotations

import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.command_line import run_command
from imagexplorer.core.env_file import variables
from imagexplorer.core.errors import WrongUse
from imagexplorer.core.run_parse import is_run_line, parse_others, parse_run
from imagexplorer.core.run_spec import OTHERS, RunSpec
from imagexplorer.core.secrets import shown_value

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
WORD = TEXT.filter(bool)
NAME = st.text(string.ascii_letters + "_", min_size=1, max_size=8)
WORDS = st.lists(WORD, max_size=3).map(tuple)
ANY_WORDS = st.lists(TEXT, max_size=3).map(tuple)


@st.composite
def other(draw: st.DrawFn) -> tuple[str, str]:
    option = draw(st.sampled_from(OTHERS))
    return option.name, "" if option.kind == "flag" else draw(WORD)


def once(others: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Of those that may stand once only the last counts, as docker has it."""
    single = {option.name for option in OTHERS if option.kind != "many"}
    return tuple(
        each for at, each in enumerate(others) if each[0] not in single or each[0] not in dict(others[at + 1 :])
    )


SPECS = st.builds(
    RunSpec,
    image=WORD.filter(lambda text: not text.startswith("-")),
    name=TEXT,
    command=ANY_WORDS,
    ports=ANY_WORDS,
    environment=st.lists(st.tuples(NAME, st.none() | TEXT), max_size=3).map(tuple),
    volumes=ANY_WORDS,
    detach=st.booleans(),
    remove=st.booleans(),
    entrypoint=st.none() | TEXT,
    interactive=st.booleans(),
    tty=st.booleans(),
    publish_all=st.booleans(),
    tmpfs=WORDS,
    networks=WORDS,
    hostname=TEXT,
    user=TEXT,
    workdir=TEXT,
    restart=TEXT,
    memory=TEXT,
    cpus=TEXT,
    read_only=st.booleans(),
    privileged=st.booleans(),
    cap_add=WORDS,
    cap_drop=WORDS,
    devices=WORDS,
    labels=st.lists(st.tuples(NAME, TEXT), max_size=2).map(tuple),
    health_cmd=TEXT,
    health_interval=TEXT,
    health_timeout=TEXT,
    health_retries=TEXT,
    health_start_period=TEXT,
    no_healthcheck=st.booleans(),
    others=st.lists(other(), max_size=4).map(once),
)


@given(SPECS)
def test_a_command_line_says_all_of_the_form(spec: RunSpec) -> None:
    line = parse_run(run_command(spec, values=True))
    assert line.spec == spec
    assert (line.left_out, line.env_files) == ((), ())


@given(st.lists(st.tuples(NAME, TEXT), max_size=4), st.sampled_from(["DB_PASSWORD", "API_TOKEN"]), NAME)
def test_the_line_that_is_shown_has_names_of_secrets_only(pairs: list[tuple[str, str]], name: str, value: str) -> None:
    spec = RunSpec("app", environment=(*pairs, (name, "hush" + value)))
    line = run_command(spec)
    assert "hush" + value not in line
    shown = [(key, None if shown_value(key, said or "") != said else said) for key, said in spec.environment]
    assert list(parse_run(line).spec.environment) == shown


def test_lines_as_they_are_pasted() -> None:
    line = parse_run(
        "$ sudo docker run -itd --name=web -p8080:80 -p=53:53/udp \\\n"
        "  -e MODE=dev -eTOKEN --env-file ./.env \\\r\n"
        "  --mount type=bind,src=/srv,dst=/data,readonly --mount type=tmpfs,target=/run,tmpfs-size=64m \\\n"
        "  --net host --restart on-failure:3 --gpus all --init --cpus 1.5 -m512m nginx:1.27 nginx -g 'daemon off;'"
    )
    spec = line.spec
    assert (spec.image, spec.command) == ("nginx:1.27", ("nginx", "-g", "daemon off;"))
    assert (spec.interactive, spec.tty, spec.detach, spec.name) == (True, True, True, "web")
    assert spec.ports == ("8080:80", "53:53/udp")
    assert spec.environment == (("MODE", "dev"), ("TOKEN", None))
    assert spec.volumes == ("/srv:/data:ro",)
    assert spec.tmpfs == ("/run:size=64m",)
    assert (spec.networks, spec.restart, spec.cpus, spec.memory) == (("host",), "on-failure:3", "1.5", "512m")
    assert spec.others == (("init", ""),)
    assert line.env_files == ("./.env",)
    assert line.left_out == ("--gpus all",)


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("docker run --no-such app x", ("--no-such",)),
        ("docker run --platform linux/arm64 app x", ("--platform linux/arm64",)),
        ("docker run --mount type=npipe,src=a,dst=b app x", ("--mount type=npipe,src=a,dst=b",)),
        ("docker run -a stdout -x app x", ("-a stdout", "-x")),
        ("docker run --rm=maybe app x", ("--rm=maybe",)),
    ],
)
def test_what_is_not_understood_is_named(text: str, left_out: tuple[str, ...]) -> None:
    line = parse_run(text)
    assert line.left_out == left_out
    assert (line.spec.image, line.spec.command) == ("app", ("x",))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("docker ps", "does not begin with docker run"),
        ("docker running app", "does not begin"),
        ("docker run --rm", "names no image"),
        ("docker run app 'open", "quotes do not close"),
    ],
)
def test_what_is_no_run_says_so(text: str, why: str) -> None:
    with pytest.raises(WrongUse, match=why):
        parse_run(text)
    assert is_run_line(text) == ("begin" not in why)


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    with suppress(WrongUse):
        parse_run("docker run " + text)


def test_other_options_are_taken_and_those_with_a_field_are_not() -> None:
    assert parse_others("--init --dns 1.1.1.1 --dns=9.9.9.9 --shm-size 1g") == (
        ("init", ""),
        ("dns", "1.1.1.1"),
        ("dns", "9.9.9.9"),
        ("shm-size", "1g"),
    )
    for text, why in (("--rm", "field of its own"), ("--gpus all", "not understood"), ("nginx", "begins with --")):
        with pytest.raises(WrongUse) as caught:
            parse_others(text)
        assert why in str(caught.value)


def test_env_files() -> None:
    found, odd = variables(
        "# comment\nexport A=1\nB = two words # said\nC='x # $Y'\n"
        'D="line\\nnext \\"q\\""\nBARE\nA=3\n=broken\nE=\nF=a#b'
    )
    assert found == (
        ("B", "two words"),
        ("C", "x # $Y"),
        ("D", 'line\nnext "q"'),
        ("BARE", None),
        ("A", "3"),
        ("E", ""),
        ("F", "a#b"),
    )
    assert odd == (8,)
