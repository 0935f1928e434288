"""Where a document comes from: a file, an address, a Markdown page."""

import gzip
from pathlib import Path

import pytest

from tallystick.errors import LoadError
from tallystick.reader.texts.sources import read, read_all

DOCUMENT = b"openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"
VALUE = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}}
MUCH = 20 * 1024 * 1024 + 1


def failure(place: str) -> str:
    with pytest.raises(LoadError) as caught:
        read(place)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("d.yaml", "openapi: 3.1.0\n"),
        ("d.json", '{"openapi": "3.1.0"}'),
        ("d", "openapi: 3.1.0\n"),
        ("d.txt", '{"openapi": "3.1.0"}'),
        ("bom.yaml", "\ufeffopenapi: 3.1.0\n"),
        ("crlf.yaml", "openapi: 3.1.0\r\n"),
        ("p.md", "# T\n\n```yaml\nopenapi: 3.1.0\n```\n"),
        ("p.MD", "# T\n\n```yaml\nopenapi: 3.1.0\n```\n"),
        ("p.mdx", "~~~json\n{\n\"openapi\": \"3.1.0\"}\n~~~\n"),
        ("page", "# T\n\n```\nopenapi: 3.1.0\n```\n"),
        ("long.md", "`````yaml title x\nopenapi: 3.1.0\n`````\n"),
        ("unclosed.md", "```yaml\nopenapi: 3.1.0\n"),
        ("second.md", "```sh\ncurl x\n```\ntext\n```yaml\nopenapi: 3.1.0\n```\n"),
        ("inner.md", "````yaml\nopenapi: 3.1.0\n````\n```yaml\nopenapi: 3.0.0\n```\n"),
    ],
)  # fmt: skip
def test_forms_of_a_document(write, name, text):
    """YAML and JSON by any name, and the first OpenAPI block of a Markdown page."""
    assert read(write(name, text)).value == {"openapi": "3.1.0"}


def test_a_fence_inside_a_document_is_no_page(write):
    """A document whose prose shows a fenced block is read as a whole, whatever its name."""
    text = "openapi: 3.1.0\ninfo:\n  description: |\n    ```yaml\n    openapi: 3.0.0\n    ```\n"
    value = {"openapi": "3.1.0", "info": {"description": "```yaml\nopenapi: 3.0.0\n```\n"}}
    assert read(write("d", text)).value == value


def test_a_shorter_fence_does_not_close_a_longer_one(write):
    """CommonMark section 4.5: a fence is closed by one at least as long."""
    text = "````yaml\nopenapi: 3.1.0\nx: |\n  ```\n  a\n  ```\ny: 1\n````\n"
    assert read(write("p.md", text)).value == {"openapi": "3.1.0", "x": "```\na\n```\n", "y": 1}


def test_a_page_that_starts_with_blank_lines_is_read_at_once(write):
    """Telling a page from a document takes no time that grows with the blank lines."""
    text = "\n" * 5000 + "Title\n```yaml\nopenapi: 3.1.0\n```\n"
    assert read(write("page", text)).value == {"openapi": "3.1.0"}


def test_lines_count_from_the_top_of_a_page(page):
    """`paths` is line 47 of the vendor's document, and five lines of the page stand before."""
    assert read(page).locate(("paths",)).line == 52


def test_an_error_in_a_page_has_the_line_of_the_page(write):
    """So that an editor goes there."""
    place = write("p.md", "# T\n\n```yaml\nopenapi: 3.1.0\na: !x 1\n```\n")
    assert failure(place) == f"{place}:5: The YAML tag '!x' is not allowed. Remove it."


def test_a_page_without_a_document_is_an_error(write):
    """The message says what is expected."""
    place = write("p.md", "# T\n\n```sh\nls\n```\n")
    assert failure(place) == (
        f"{place}: The page has no fenced code block that holds an OpenAPI document. "
        "Expected is a block such as ```yaml with a line 'openapi: 3.1.0'."
    )


def test_a_file_that_is_not_there(tmp_path):
    """Its name is in the message."""
    place = str(tmp_path / "none.yaml")
    assert failure(place) == f"{place}: There is no such file."


def test_a_folder_is_no_document(tmp_path):
    """Reading a folder is an error like any other."""
    assert failure(str(tmp_path)).startswith(f"{tmp_path}: The file cannot be read: ")


def test_a_name_that_no_file_can_have():
    """A NUL in a name is an error like any other."""
    assert "cannot be read" in failure("a\0b.yaml")


def test_a_text_that_is_not_utf_8(tmp_path):
    """The message has the line of the first byte that is wrong."""
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"openapi: 3.1.0\ninfo: caf\xe9\n")
    assert failure(str(path)) == f"{path}:2: The text is not UTF-8 (byte 24)."


def test_a_file_that_is_too_large(tmp_path):
    """More than 20 MiB are not read."""
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(MUCH)
    assert failure(str(path)) == f"{path}: The document is larger than 20,971,520 bytes."


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/d.yaml", DOCUMENT),
        ("/d", DOCUMENT),
        ("/d.yaml?raw=1", DOCUMENT),
        ("/page.md", b"# T\n```yaml\n" + DOCUMENT + b"```\n"),
        ("/page", b"# T\n```yaml\n" + DOCUMENT + b"```\n"),
    ],
)
def test_a_document_is_fetched(server, path, body):
    """From an http address, as file or page."""
    server.answers[path] = (200, {"Content-Type": "text/plain"}, body)
    assert read(server.url + path).value == VALUE


def test_a_redirect_on_the_same_host_is_followed(server):
    """An address may move within its host."""
    server.answers["/old"] = (302, {"Location": "/new.yaml"}, b"")
    server.answers["/new.yaml"] = (200, {}, DOCUMENT)
    assert read(f"{server.url}/old").value == VALUE


def test_a_redirect_to_another_host_is_refused(server):
    """Nothing is sent to a host that the user did not name."""
    server.answers["/old"] = (302, {"Location": f"http://localhost:{server.port}/new"}, b"")
    message = failure(f"{server.url}/old")
    assert (
        server.seen,
        f"redirects to another host, port or scheme: http://localhost:{server.port}/new" in message,
    ) == (["/old"], True)


@pytest.mark.parametrize("location", ["file:///etc/hostname", "ftp://127.0.0.1/x", "http://[bad"])
def test_a_redirect_to_what_is_no_http_address_is_refused(server, location):
    """Neither files nor other protocols, nor what is no address at all."""
    server.answers["/old"] = (302, {"Location": location}, b"")
    assert failure(f"{server.url}/old").startswith(f"{server.url}/old: ")


def test_redirects_end(server):
    """A loop is an error after three."""
    server.answers["/loop"] = (302, {"Location": "/loop"}, b"")
    assert failure(f"{server.url}/loop") == f"{server.url}/loop: More than 3 redirects."


def test_an_answer_that_is_too_large_is_refused(server):
    """The limit of files holds for addresses."""
    server.answers["/d"] = (200, {}, b" " * MUCH)
    assert failure(f"{server.url}/d") == (
        f"{server.url}/d: The document is larger than 20,971,520 bytes."
    )


def test_an_answer_that_is_too_large_once_unpacked_is_refused(server):
    """What counts is the text, not the bytes on the wire."""
    server.answers["/d"] = (200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * MUCH, 1))
    assert "larger than 20,971,520 bytes" in failure(f"{server.url}/d")


def test_an_answer_other_than_success_is_an_error(server):
    """Its status is in the message."""
    assert failure(f"{server.url}/x") == f"{server.url}/x: The server answered 404 Not Found."


def test_a_server_that_is_not_there(server):
    """No connection is an error with the address."""
    server.close()
    assert failure(f"{server.url}/x").startswith(f"{server.url}/x: The document cannot be fetched")


@pytest.mark.parametrize("place", ["http://[bad", "http://", "https://a b/", "http://x:99999999/"])
def test_what_is_no_address_is_an_error(place):
    """No traceback for a mistyped address."""
    assert failure(place).startswith(f"{place}: The document cannot be fetched")


def test_a_folder_gives_each_document_in_it(write, tmp_path):
    """In the order of their names; parts of documents, overlays and other files are passed over."""
    write("docs/b.json", '{"openapi": "3.1.0"}')
    write("docs/a.md", "# T\n\n```yaml\nopenapi: 3.1.0\n```\n")
    write("docs/c.yml", "openapi: 3.1.0\n")
    write("docs/README.md", "# Notes\n\nWe write\nopenapi: 3.1.0\nat the top.\n")
    write("docs/overlay.yaml", "overlay: 1.0.0\n")
    write("docs/schemas.yaml", "Thing: {type: object}\n")
    write("docs/package.json", '{"scripts": {\n"openapi": "lint"}}')
    write("docs/notes.txt", "openapi: 3.1.0\n")
    write("docs/deeper/d.yaml", "openapi: 3.1.0\n")
    names = [Path(parsed.file).name for parsed in read_all(str(tmp_path / "docs"))]
    assert names == ["a.md", "b.json", "c.yml"]


def test_a_folder_without_a_document_is_an_error(tmp_path):
    """There is nothing to read."""
    with pytest.raises(LoadError) as caught:
        read_all(str(tmp_path))
    assert str(caught.value) == f"{tmp_path}: The folder holds no OpenAPI document."
