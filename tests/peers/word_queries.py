# SPDX-License-Identifier: MIT
"""Questions to `neighbors` and `analogy`: a prompt, batches, unknown words, contexts.

Usage: word_queries.py PROGRAM
"""
import subprocess
import sys
import tempfile
from pathlib import Path

VECTORS = "6 2\nking 1 1\nqueen 1 2\nman 3 1\nwoman 3 2\nParis 1 -1\nfrance 1 -2\n"


def ask(program, *arguments, lines=""):
    """Status, standard output and standard error."""
    command = [str(word) for word in (program,) + arguments]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def check_spellings(program, vectors):
    """Unknown words are named with near ones, and the others are answered."""
    status, answers, complaints = ask(program, "neighbors", vectors, "kign", "paris", "xyz", "man")
    assert status == 1 and answers.startswith("man\n"), (status, answers)
    assert '"kign" is not among the 6 words' in complaints, complaints
    assert "did you mean king?" in complaints and "did you mean Paris?" in complaints, complaints
    assert '"xyz" is not among' in complaints and complaints.count("mean") == 2, complaints


def check_batches(program, vectors):
    """Many lines are answered as the same words given as arguments, in order."""
    words = ["king", "man", "Paris", "queen"] * 700
    lines = "\n".join(words[:2000] + [" ".join(words[2000:])]) + "\n\n"
    found = ask(program, "neighbors", vectors, "--top", 2, lines=lines)
    assert found[0] == 0 and found[1].count("\n") == 3 * len(words), found[2]
    assert found == ask(program, "neighbors", vectors, "--top", 2, *words)


def check_analogies(program, vectors):
    """Lines that are no questions are passed over; the method is the one named."""
    lines = "man king woman\nman king\nking man queen\nman king wmoan\n"
    status, answers, complaints = ask(program, "analogy", vectors, "--top", 1, lines=lines)
    assert status == 1, status
    assert answers.splitlines()[1::2] == ["  0.9955  queen", "  0.9991  woman"], answers
    assert "three words" in complaints and "did you mean woman?" in complaints, complaints
    question = ("man", "king", "woman", "--top", 1)
    status, answers, _ = ask(program, "analogy", vectors, *question, "--method", "3cosmul")
    # s(queen, king) · s(queen, woman) / (s(queen, man) + .001)
    assert status == 0 and answers.splitlines()[1] == "  1.0651  queen", answers
    assert ask(program, "analogy", vectors, "man", "king")[0] == 2


def check_contexts(program, vectors):
    """Beside the nearest words stand the contexts with the largest products."""
    contexts = vectors.with_name("contexts.txt")
    contexts.write_text("3 2\nof 1 1\nto 5 -1\nin 0 3\n", encoding="utf-8")
    command = ("neighbors", vectors, "king", "man", "--top", 1, "--contexts")
    status, answers, _ = ask(program, *command, contexts)
    of_king = "king\n  0.9806  woman\ncontexts of king\n  4.0000  to\n"
    of_man = "man\n  0.9648  woman\ncontexts of man\n 14.0000  to\n"
    assert status == 0 and answers == of_king + of_man, answers
    contexts.write_text("2 3\nof 1 1 1\nto 5 -1 1\n", encoding="utf-8")
    status, _, complaint = ask(program, *command, contexts)
    assert status == 2 and "have 3 dimensions, the words 2" in complaint, complaint


def check_prompt(program, vectors):
    """Each line is answered before the next is written."""
    with subprocess.Popen(
        [program, "neighbors", vectors, "--top", "1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        for word, answer in (("king", "woman"), ("queen", "king")):
            process.stdin.write(word + "\n")
            assert process.stdout.readline() == word + "\n"
            assert process.stdout.readline().split()[1] == answer
        process.stdin.close()
        assert process.wait() == 0


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        vectors = Path(folder) / "vectors.txt"
        vectors.write_text(VECTORS, encoding="utf-8")
        check_spellings(program, vectors)
        check_batches(program, vectors)
        check_analogies(program, vectors)
        check_contexts(program, vectors)
        check_prompt(program, vectors)


if __name__ == "__main__":
    main()
