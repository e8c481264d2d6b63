"""Checks that documents show what the programs do: check_documents.py LWSCTL SAMPLE DOCUMENT...

A block of a document that begins with "$ lwsctl ARGUMENTS" is a command and its output. The command is run, and its
output must have every line of the block, in this order; a line "..." stands for any lines. The README's sample of a
test must equal the source file SAMPLE, byte for byte. Links between the documents must lead to files.
"""

import os
import re
import shlex
import subprocess
import sys


def blocks(text):
    """The fenced blocks of the text: the word after the fence, and the lines."""
    return [(kind, body.split("\n")[:-1]) for kind, body in re.findall(r"^```(\w*)\n(.*?)^```", text, re.M | re.S)]


def check_command(lwsctl, document, lines):
    command = lines[0][len("$ lwsctl ") :]
    run = subprocess.run([lwsctl] + shlex.split(command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = [line.rstrip() for line in run.stdout.split("\n")]
    place = 0
    gap = True  # other lines may come before the next one
    for line in (line.rstrip() for line in lines[1:]):
        if line == "...":
            gap = True
            continue
        later = output[place:] if gap or line.startswith(" ") else output[place : place + 1]
        if line not in later:
            return ["%s: %s\n  does not print: %s" % (document, lines[0], line)]
        place += later.index(line) + 1
        gap = False
    return []


def check_links(document, text):
    folder = os.path.dirname(document)
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    return ["%s: no file %s" % (document, t) for t in targets if not os.path.exists(os.path.join(folder, t))]


def main(lwsctl, sample, documents):
    problems = []
    commands = 0
    for document in documents:
        with open(document) as file:
            text = file.read()
        problems += check_links(document, text)
        for kind, lines in blocks(text):
            starts = [i for i, line in enumerate(lines) if line.startswith("$ lwsctl ")] if not kind else []
            commands += len(starts)
            for begin, end in zip(starts, starts[1:] + [len(lines)]):
                problems += check_command(lwsctl, document, lines[begin:end])
        if document == "README.md":
            with open(sample) as file:
                is_there = file.read() in ["\n".join(lines) + "\n" for kind, lines in blocks(text) if kind == "cpp"]
            problems += [] if is_there else ["README.md: no sample is equal to %s" % sample]
    print("\n".join(problems) or "%d commands of %d documents say what they do" % (commands, len(documents)))
    return 1 if problems or commands == 0 else 0


sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
