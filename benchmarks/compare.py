"""Compares two files of report.py --json, as benchstat does.

Usage: compare.py [--alpha P] OLD.json NEW.json

For each benchmark it prints the medians with their spread, and the change with the p of the Mann-Whitney U test: the
probability that times of one program differ so much by chance. A change with a p of at least alpha (0.05) is shown as
~. Both files need at least four repetitions for a p below 0.05. The last line is the geometric mean of all benchmarks.
"""

import argparse
import json
import math
import os
import statistics
import sys

from report import shown_time, spread


def ranks(values):
    """The rank of each value, from 1; equal values share the middle of theirs."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    result = [0.0] * len(values)
    begin = 0
    while begin < len(order):
        end = begin
        while end < len(order) and values[order[end]] == values[order[begin]]:
            end += 1
        for i in order[begin:end]:
            result[i] = (begin + 1 + end) / 2
        begin = end
    return result


def exact_p(u, n, m):
    """The probability of a U at least as far from its middle, without ties."""
    # ways[k][u]: choices of k of the places so far with this sum of places beyond the least.
    ways = [[1] + [0] * (n * m)] + [[0] * (n * m + 1) for _ in range(n)]
    for place in range(1, n + m + 1):
        for k in range(min(n, place), 0, -1):
            beyond = place - k
            for total in range(n * m, beyond - 1, -1):
                ways[k][total] += ways[k - 1][total - beyond]
    counts = ways[n]
    low = min(u, n * m - u)
    return min(1.0, 2 * sum(counts[: int(low) + 1]) / sum(counts))


def mann_whitney_p(a, b):
    """Two-sided. Exact for few values without ties, by the normal distribution otherwise."""
    n, m = len(a), len(b)
    if n == 0 or m == 0:
        return 1.0
    both = list(a) + list(b)
    u = sum(ranks(both)[:n]) - n * (n + 1) / 2
    ties = [both.count(value) for value in set(both)]
    if max(ties) == 1 and n * m <= 2500:
        return exact_p(u, n, m)
    total = n + m
    variance = n * m / 12 * (total + 1 - sum(t**3 - t for t in ties) / (total * (total - 1)))
    if variance <= 0:
        return 1.0
    z = max(0.0, abs(u - n * m / 2) - 0.5) / math.sqrt(variance)
    return math.erfc(z / math.sqrt(2))


def shown(times):
    middle = statistics.median(times)
    return f"{shown_time(middle):>10} +-{spread(times):2.0f}%"


def change(old, new, alpha):
    p = mann_whitney_p(old, new)
    ratio = statistics.median(new) / statistics.median(old) - 1
    text = f"{ratio * 100:+.2f}%" if p < alpha else "~"
    return f"{text:>9} (p={p:.3f} n={len(old)}+{len(new)})"


def compare(old, new, alpha):
    """The lines of the comparison."""
    lines = []
    for name in ("machine", "compiler", "cores"):
        was, now = old["context"][name], new["context"][name]
        if was != now:
            lines.append(f"WARNING: the {name} differs: {was}, and {now}")
    if old["shape"] != new["shape"]:
        lines.append(f"WARNING: the fleets differ: {' '.join(old['shape']) or 'usual'}, and {' '.join(new['shape']) or 'usual'}")
    lines.append(f"{'':<48} {old['context']['commit'][:18]:>18} {new['context']['commit'][:18]:>18}")
    logs = []
    repetitions = []  # the fewer of both files, of each benchmark that is compared
    for name, times in old["nanoseconds"].items():
        others = new["nanoseconds"].get(name)
        if not times or not others:
            lines.append(f"{name:<48} only in one of the files, or wrong")
            continue
        repetitions.append(min(len(times), len(others)))
        lines.append(f"{name:<48} {shown(times):>18} {shown(others):>18} {change(times, others, alpha)}")
        if statistics.median(times) > 0 and statistics.median(others) > 0:
            logs.append(math.log(statistics.median(others) / statistics.median(times)))
    for name in new["nanoseconds"]:
        if name not in old["nanoseconds"]:
            lines.append(f"{name:<48} only in one of the files, or wrong")
    if logs:
        lines.append(f"{'geometric mean':<48} {'':>18} {'':>18} {(math.exp(statistics.mean(logs)) - 1) * 100:>+8.2f}%")
    if min(repetitions, default=4) < 4:
        lines.append("WARNING: with fewer than four repetitions no change can be told from chance; report -- --repetitions 5")
    return lines


def read(path):
    with open(os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", "."), path)) as file:
        document = json.load(file)
    if not isinstance(document, dict) or not {"context", "shape", "nanoseconds"} <= set(document):
        raise ValueError("not a file of report --json")
    return document


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alpha", type=float, default=0.05)
    parser.add_argument("old")
    parser.add_argument("new")
    arguments = parser.parse_args()
    documents = []
    for path in (arguments.old, arguments.new):
        try:
            documents.append(read(path))
        except (OSError, ValueError) as error:
            sys.exit(f"{path}: {error}")
    print("\n".join(compare(documents[0], documents[1], arguments.alpha)))


if __name__ == "__main__":
    main()
