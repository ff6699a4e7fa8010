# SPDX-License-Identifier: MIT
"""The page that `implicitmf report` writes, in a real browser.

Usage: report_page.py PROGRAM MAKE_SMALL_LANGUAGE
"""
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from html.parser import HTMLParser
from pathlib import Path

from program import Program, skip

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
if BROWSER is None:
    skip("no chromium", "chromium")

MOST_BYTES = 3_000_000
QUIET = ("--progress", "none", "--threads", 2)
HOSTILE = [b"<script>window.broken=1</script>", b"a&b;", b"\"q'>", b"bad\xff\xfebytes", b"\xd7\x90"]


class Page(HTMLParser):
    """Cells of the rows that bear a data- attribute, the JSON, titles of sections, tags."""

    VOID = {"meta", "link", "br", "input"}

    def __init__(self, path):
        super().__init__()
        self.text = path.read_text(encoding="utf-8")  # it must be UTF-8
        self.rows, self.data, self.titles, self.open, self.tags = {}, "", [], [], []
        self.key, self.cells = None, []
        self.feed(self.text)
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append((tag, dict(attrs)))
        if tag == "tr":
            keys = [(k[5:], v) for k, v in attrs if k.startswith("data-")]
            self.key, self.cells = (keys[0] if keys else None), []
        if tag == "td":
            self.cells.append("")

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag, (tag, self.getpos())
        if tag == "tr" and self.key:
            self.rows[self.key] = self.cells

    def handle_data(self, data):
        tag, attrs = self.open[-1] if self.open else ("", {})
        if attrs.get("id") == "data":
            self.data += data
        elif tag == "h2":
            self.titles.append(data)
        elif any(name == "td" for name, _ in self.open) and self.cells:
            self.cells[-1] += data


class Browser:
    """Runs of the browser, each with a profile of its own."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, url, *options):
        """What it prints; the messages of the page's console."""
        with tempfile.TemporaryDirectory(dir=self.folder) as profile:
            result = subprocess.run(
                (BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
                + ("--enable-logging=stderr", "--v=0", f"--user-data-dir={profile}")
                + options
                + (url,),
                capture_output=True,
                check=False,
                timeout=120,
            )
        assert result.returncode == 0, result.stderr.decode()
        console = [line for line in result.stderr.decode().splitlines() if "CONSOLE" in line]
        return result.stdout.decode(), console

    def dom(self, url):
        return self.run(url, "--dump-dom")

    def scanlines(self, url, width):
        """Different lines of a screenshot: a blank one has a few."""
        picture = self.folder / "picture.png"
        self.run(url, f"--screenshot={picture}", f"--window-size={width},900")
        data, at, packed = picture.read_bytes(), 8, b""
        while at < len(data):
            size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
            if kind == b"IHDR":
                shown = int.from_bytes(data[at + 8 : at + 12], "big")
                height = int.from_bytes(data[at + 12 : at + 16], "big")
            if kind == b"IDAT":
                packed += data[at + 8 : at + 8 + size]
            at += size + 12
        assert shown == width, (shown, width)
        pixels = zlib.decompress(packed)
        line = len(pixels) // height
        return len({pixels[i : i + line] for i in range(0, len(pixels), line)})


def number(cell):
    """A number as the page writes it."""
    return float(cell.replace("\u202f", "").replace("−", "-"))


def make_inputs(program, maker, folder):
    """Text, counts, four models and sets to score them on."""
    text, counts = folder / "text", folder / "text.counts"
    subprocess.run(
        [maker, "--corpus", text, "--sentences", "6000", "--questions", folder / "questions"],
        check=True,
    )
    program("count", "--input", text, "--output", counts, *QUIET)
    words = program("neighbors", "--matrix", counts, "--top", 1, "the", *QUIET)
    assert words.startswith("the\n"), words
    train = ("train", "--dim", 20) + QUIET
    program(*train + ("--method", "svd", "--counts", counts, "--output", folder / "svd.bin"),
            *("--context-output", folder / "svd.c.bin"))
    program(*train + ("--method", "wmf", "--counts", counts, "--output", folder / "wmf.bin"),
            *("--context-output", folder / "wmf.c.bin", "--max-passes", 8))
    program(*train + ("--method", "sgns", "--input", text, "--output", folder / "sgns.bin"),
            *("--loss", "--epochs", 3))
    program(*train + ("--method", "glove", "--counts", counts, "--output", folder / "glove.bin"))
    with open(folder / "hostile.vec", "wb") as file:
        file.write(b"%d 3\n" % len(HOSTILE))
        for i, word in enumerate(HOSTILE):
            file.write(word + b" %d %d 1\n" % (i, i * i))
    some = (folder / "questions").read_text(encoding="utf-8").splitlines()[1:60]
    pairs = [f"{q.split()[0]} {q.split()[1]} {i % 7}" for i, q in enumerate(some) if " " in q[:40]]
    (folder / "pairs").write_text(
        "\n".join(p for p in pairs if not p.startswith(":")) + "\n", encoding="utf-8"
    )


def check_figures(program, folder, page):
    """What the page says is what the records and `evaluate` say."""
    data = json.loads(page.data)
    names = ["svd.bin", "wmf.bin", "sgns.bin", "glove.bin"]
    records = [json.loads((folder / f"{n}.json").read_text(encoding="utf-8")) for n in names]
    assert [model["record"] for model in data["models"]] == records
    for key in ("tokens", "vocabulary"):
        assert [number(cell) for cell in page.rows["key", key]] == [r[key] for r in records]
    for key in ("method", "stop_reason"):
        assert page.rows["key", key] == [r[key] for r in records]
    for key in ("dim", "seed", "threads"):
        assert [number(cell) for cell in page.rows["option", key]] == [
            r["options"][key] for r in records
        ]
    assert page.rows["option", "eig"][2:] == ["–", "–"]
    assert page.rows["option", "min_count"] == ["–", "–", "5", "–"]  # from counts: none of theirs
    last = page.rows["last", "deviation"]
    assert last[0] == last[2] == last[3] == "–"
    assert abs(number(last[1]) - 100 * records[1]["passes"][-1]["deviation"]) < 1e-4
    assert abs(number(page.rows["last", "loss"][2]) - records[2]["epochs"][-1]["loss"]) < 1e-4
    for i, name in enumerate(names):
        found = program.json(
            *("evaluate", folder / name, "--similarity", folder / "pairs"),
            *("--analogy", folder / "questions", "--method", "both"),
        )
        ours = data["models"][i]
        assert ours["similarity"][0]["spearman"] == found["similarity"][0]["spearman"]
        for theirs in found["analogy"]:
            assert ours["analogy"][0][theirs["method"]]["correct"] == theirs["total"]["correct"]
    exact = program.json(
        *("objective", "--words", folder / "wmf.bin", "--contexts", folder / "wmf.c.bin"),
        *("--counts", folder / "text.counts"),
    )
    theorem = data["models"][1]["theorem"]
    assert abs(theorem["deviation"] - exact["deviation"]) < 5 * theorem["standard_error"] + 1e-9
    assert theorem["observed_deviation"] < theorem["deviation"] + 5 * theorem["standard_error"]
    assert theorem["correlation"] > 0.5, theorem
    assert data["models"][0]["theorem"] and not data["models"][3]["theorem"]


def check_page(path, page):
    """Whole, alone, small enough, and to be read by everyone."""
    assert path.stat().st_size < MOST_BYTES, path.stat().st_size
    assert page.titles == [
        "What was trained, and how",
        "Objective and loss",
        "The theorem, drawn",
        "Singular values",
        "Similarity and analogies",
        "Map of words",
        "Neighbours",
    ], page.titles
    outside = re.findall(r"https?:|url\(|@import|\bsrc=", page.text)
    assert not outside, outside
    tags = [tag for tag, _ in page.tags]
    assert ("html", {"lang": "en"}) in page.tags and tags.count("title") >= 1
    assert tags.count("table") == tags.count("caption") > 10
    for tag, attributes in page.tags:
        if tag == "svg":
            assert attributes["role"] == "img" and attributes["aria-label"], attributes
        if tag == "th":
            assert attributes["scope"]


def check_browser(browser, path):
    """No complaint, a picture, a search, and nothing wider than a telephone."""
    url = path.as_uri()
    dom, console = browser.dom(url + "#search=the")
    assert not console, console
    assert dom.count('class="word hit"') == 4, dom.count('class="word hit"')
    assert ">found on 4 of 4 maps<" in dom
    dom, console = browser.dom(url + "#search=nosuchword")
    assert not console and ">not among the words of the map<" in dom and "word hit" not in dom
    for width in (1280, 390):
        assert browser.scanlines(url, width) > 200, width
    assert browser.scanlines("about:blank", 390) < 10  # or the check above could not fail


def check_zoom(browser, folder, path):
    """The buttons and the keys spread the first map's words out, and Reset puts them back."""
    places = []
    for act in (
        "",
        "buttons[0].click()",
        "buttons[0].click(); buttons[2].click()",
        "canvas.dispatchEvent(new KeyboardEvent('keydown', {key: '+'}))",
        "canvas.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft'}))",
    ):
        script = (
            "<script>var canvas = document.querySelector('.canvas'), "
            f"buttons = document.querySelectorAll('[data-zoom]'); {act}</script></body>"
        )
        acted = folder / "acted.html"
        text = path.read_text(encoding="utf-8").replace("</body>", script)
        acted.write_text(text, encoding="utf-8")
        dom, console = browser.dom(acted.as_uri())
        assert not console, console
        found = re.findall(r'class="word[^>]* transform="translate\(([-.\d]+) ([-.\d]+)\)"', dom)
        places.append([(float(x), float(y)) for x, y in found[:100]])
    still, zoomed, reset, by_key, moved = places
    spread = [max(x for x, _ in some) - min(x for x, _ in some) for some in (still, zoomed)]
    assert abs(spread[1] - 1.5 * spread[0]) < 1, spread
    assert reset == still and by_key == zoomed
    assert all(abs(m[0] - s[0] - 40) < 0.2 and m[1] == s[1] for m, s in zip(moved, still))


def check_width(browser, folder, path):
    """In a frame as wide as a telephone: the window itself may not become as narrow."""
    measure = """<iframe id="page" width="390" height="800" style="border:0"></iframe><script>
    document.getElementById("page").onload = function () {
      var root = this.contentDocument.documentElement;
      document.title = "is " + root.clientWidth + " wide and " + root.scrollWidth + " inside";
    };
    document.getElementById("page").srcdoc = %s;</script>"""
    wide = '<!DOCTYPE html><body style="margin:0"><div style="width:500px">wide</div>'
    for text, inside in ((path.read_text(encoding="utf-8"), 390), (wide, 500)):
        frame = folder / "frame.html"
        frame.write_text(measure % json.dumps(text).replace("<", "\\u003c"), encoding="utf-8")
        dom, _ = browser.dom(frame.as_uri())
        assert f"<title>is 390 wide and {inside} inside</title>" in dom, dom[:300]


def check_hostile(program, browser, folder):
    """Words that are markup, or no UTF-8, are text; without a record that is said."""
    path = folder / "hostile.html"
    program("report", folder / "hostile.vec", "-o", path, "--words", HOSTILE[0].decode(), *QUIET)
    page = Page(path)
    assert "<script>window" not in page.text
    assert "&lt;script&gt;window.broken=1&lt;/script&gt;" in page.text
    assert "bad\ufffd\ufffdbytes" in page.text and "\u05d0" in page.text
    assert "how it was trained is unknown" in page.text
    dom, console = browser.dom(path.as_uri() + "#search=%3Cscript%3Ewindow.broken%3D1%3C/script%3E")
    assert not console and ">found<" in dom, console
    broken = folder / "broken.html"
    broken.write_text("<script>undefinedFunction()</script>", encoding="utf-8")
    assert browser.dom(broken.as_uri())[1]  # or no error would ever be seen


def failed(program, status, *words):
    """What the program complains of when it ends with that status."""
    command = [str(word) for word in (program.path,) + words]
    result = subprocess.run(command, capture_output=True, check=False)
    assert result.returncode == status, (words, result)
    return result.stderr.decode()


def check_refusals(program, folder):
    """Bad input: a clear message, a status, no page."""
    bad, other = folder / "bad.bin", folder / "other.counts"
    shutil.copy(folder / "svd.bin", bad)
    (folder / "small").write_text("a b c d\n" * 50, encoding="ascii")
    program("count", "--input", folder / "small", "--output", other, *QUIET)
    page = folder / "refused.html"

    def refused(status, message, *words):
        command = [str(w) for w in (program.path, "report") + words + ("-o", page) + QUIET]
        result = subprocess.run(command, capture_output=True, check=False)
        assert result.returncode == status, (words, result)
        assert message in result.stderr.decode(), (message, result.stderr)
        assert not page.exists()

    model = folder / "wmf.bin"
    refused(2, "models")
    refused(1, "No such file", folder / "none.bin")
    refused(1, "the counts 4 words", model, "--counts", other)
    refused(1, "no count file", model, "--counts", folder / "text")
    refused(1, 'no model has a vector of "nosuchword"', model, "--words", "the,nosuchword")
    refused(1, "No such file", model, "--similarity", folder / "none")
    refused(2, "--top", model, "--top", 0)
    refused(2, "at most 8 models", *[model] * 9)
    with_counts = ("train", "--counts", folder / "small.counts", "--output", folder / "none.bin")
    assert "is for --input" in failed(program, 2, *with_counts, "--window", 2)
    for words in (
        ("report", model, "-o", folder / "wmf.bin.json"),
        ("convert", model, model),
        ("count", "--input", folder / "small", "--output", folder / "small"),
        ("export", other, "--matrix", other),
    ):
        before = words[1] if words[0] != "count" else folder / "small"
        content = Path(before).read_bytes()
        assert "is read: name another file" in failed(program, 2, *words)
        assert Path(before).read_bytes() == content
    for text, message in (
        ('{"record": 1', "is no JSON"),
        ("[1]", 'it has no "record"'),
        ('{"record": 2}', "a record of version 2"),
        ('{"record": 1, "options": {"dim": 7}}', "is not the record of"),
        ('{"record": 1, "vocabulary": 7}', "is not the record of"),
        ('{"record": 1, "deep": ' + "[" * 200000 + "]" * 200000 + "}", "nested too deeply"),
        (" " * (17 << 20) + '{"record": 1}', "above 16 MiB"),
    ):
        (folder / "bad.bin.json").write_text(text, encoding="ascii")
        refused(1, message, bad)
    # Keys of other kinds than they should be are only not shown.
    (folder / "bad.bin.json").write_text(
        '{"record": 1, "method": [], "passes": {"a": 1}, "epochs": [1, {}, null], "options": "x",'
        ' "singular_values": ["a"], "seconds": 3, "total": "7", "files": [], "optimum": {}}',
        encoding="ascii",
    )
    program("report", bad, "-o", folder / "odd.html", *QUIET)
    Page(folder / "odd.html")


def main():
    program = Program(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_inputs(program, sys.argv[2], folder)
        browser = Browser(folder)
        path = folder / "report.html"
        models = [folder / f"{method}.bin" for method in ("svd", "wmf", "sgns", "glove")]
        sets = ("--similarity", folder / "pairs", "--analogy", folder / "questions")
        program("report", *models, "-o", path, *sets, *QUIET)
        first = path.read_bytes()
        program("report", *models, "-o", path, *sets, "--progress", "none", "--threads", 1)
        assert path.read_bytes() == first, "threads change the page"
        page = Page(path)
        check_page(path, page)
        check_figures(program, folder, page)
        check_refusals(program, folder)
        check_browser(browser, path)
        check_zoom(browser, folder, path)
        check_width(browser, folder, path)
        check_hostile(program, browser, folder)
    print("the page says what was measured, and a browser shows it")


main()
