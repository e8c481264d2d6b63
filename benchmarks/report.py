"""Runs the benchmarks and prints one table under a header that tells where they ran.

Usage: report.py [--groups N] [--size N] [--sets N] [--state FILE] [--repetitions N] [--json OUT] [--only NAME,...]

With --groups, --size and --sets the fleet of the benchmark million_groups has this shape. --state FILE adds the passes
over a saved cluster, in objects as kubectl writes them. With --json all measured times are written to OUT, which
compare.py reads. The program ends with code 1 if the result of a benchmark is wrong.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAMS = ["floors", "reconcile_set", "fleet", "million_groups", "rollout", "role", "role_fleet", "readers", "manifest",
            "admission", "assign_group", "headroom", "defragment", "c_interface", "checker", "swarm", "simulation"]
# What one pass of the reference took at so many groups on a machine of two cores, in nanoseconds.
REFERENCE = {100: 560000, 1000: 5700000, 10000: 93000000}
NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def shown_time(nanoseconds):
    """4.21 us, 93.0 ms: three digits and a unit that people read."""
    for unit, factor in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if nanoseconds >= factor:
            return f"{nanoseconds / factor:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def shown_number(number):
    """12.5 million, 830, 0.25."""
    for name, factor in (("billion", 1e9), ("million", 1e6), ("thousand", 1e3)):
        if abs(number) >= factor:
            return f"{number / factor:.3g} {name}"
    return f"{number:.3g}"


def spread(times):
    """How far the farthest of the times is from their median, in percent of it."""
    middle = statistics.median(times)
    return max(abs(one - middle) for one in times) / middle * 100 if middle > 0 else 0


def first_line(command, folder=None):
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.split("\n")[0] if done.returncode == 0 else ""


def machine():
    names = []
    if os.path.exists("/proc/cpuinfo"):
        with open("/proc/cpuinfo") as file:
            names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def context():
    """Where and from what the benchmarks run. `bazel run` names the user's folder, which is in the repository."""
    folder = os.environ.get("BUILD_WORKSPACE_DIRECTORY") or None
    commit = first_line(["git", "rev-parse", "--short", "HEAD"], folder)
    if commit and first_line(["git", "status", "--porcelain"], folder):
        commit += " with changes"
    return {"date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": machine(), "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.release()}", "compiler": first_line([os.environ.get("CC", "gcc"), "--version"]),
            "commit": commit or "unknown", "load": list(os.getloadavg())}


def print_header(told):
    load = " ".join(f"{value:.1f}" for value in told["load"])
    print(f"machine   {told['machine']}, {told['cores']} cores, {told['system']}\ncompiler  {told['compiler']}\n"
          f"commit    {told['commit']}\ndate      {told['date']}\nload      {load}")
    if told["load"][0] > 0.5:
        print("WARNING: other work runs on this machine (load above 0.5), so times are too long and vary")


# Large pages where the system offers them: events read a fleet's large memory at random places.
LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


def run(program, flags, minimum, repetitions, environment):
    """The benchmarks of a program: name -> its runs, as Google Benchmark tells them. Shows what it warns of."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [program, f"--benchmark_out={out.name}", "--benchmark_out_format=json",
                   f"--benchmark_min_time={minimum}", f"--benchmark_repetitions={repetitions}"]
        done = subprocess.run(command + flags, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              env={**os.environ, **environment})
        text = out.read().decode()
    for line in done.stderr.splitlines():
        if "WARNING" in line and "scaling is enabled" not in line or "rror" in line:
            print(f"  {os.path.basename(program)}: {line.strip()}")
    if not text:
        return {}, done.returncode == 0
    runs = {}
    for one in json.loads(text)["benchmarks"]:
        if one.get("run_type") != "aggregate":
            runs.setdefault(one.get("run_name", one["name"]).removeprefix("BM_"), []).append(one)
    return runs, done.returncode == 0


STANDARD = {"name", "run_name", "run_type", "repetitions", "repetition_index", "threads", "iterations", "real_time",
            "cpu_time", "time_unit", "family_index", "per_family_instance_index", "error_occurred", "error_message", "label"}


def counters_of(runs):
    texts = []
    for name in sorted(set(runs[0]) - STANDARD):
        value = statistics.median(one.get(name, 0) for one in runs)
        unit = {"items_per_second": " a second", "bytes_per_second": " bytes a second"}.get(name)
        texts.append(shown_number(value) + unit if unit else f"{name.replace('_', ' ')} {shown_number(value)}")
    return ", ".join(texts)


def row(name, runs):
    """Prints a line. Returns the times in nanoseconds; none when the result was wrong."""
    wrong = [one.get("error_message", "") for one in runs if one.get("error_occurred")]
    if wrong:
        print(f"{name:<48} WRONG: {wrong[0]}")
        return []
    times = [one["real_time"] * NANOSECONDS[one["time_unit"]] for one in runs]
    middle = statistics.median(times)
    shown_spread = f"+-{spread(times):.0f}%" if len(times) > 1 and middle > 0 else ""
    last = name.replace(":", "/").split("/")[-1]
    slow = REFERENCE.get(int(last)) if last.isdigit() and ("ReconcileSet" in name or "EventToDecision" in name) else None
    ratio = f"1/{slow / middle:.0f}" if slow and middle > 0 else ""
    print(f"{name:<48} {shown_time(middle):>10} {shown_spread:>6} {ratio:>8}  {counters_of(runs)}".rstrip(), flush=True)
    return times


# What is wanted on a machine of two cores. A goal names the rows of its value and of its floor, each by the program and
# the beginning of the name, and what it looks at: a counter, or the time where that is None.
GOALS = [
    ("random pod events a second, one core", ("million_groups", "large pages: RandomPodEvents"), "items_per_second", 40e6,
     ("floors", "large pages: RandomLines"), "each event changes one random line of memory"),
    ("bytes a pod of a million groups", ("million_groups", "Memory"), "bytes_per_pod", 24, 18,
     "UIDs do not pack: 16 bytes for each pod and StatefulSet"),
    ("a rollout of a million groups", ("rollout", "WholeRollout/groups:1000000"), None, 5e9, None,
     "not known: it is computing, not memory"),
    ("transitions of the checker a second, one core", ("checker", "CheckRollout"), "transitions/s", 20e6,
     ("floors", "RandomLines"), "a new state takes one random line of the table"),
    ("steps of the swarm a second, one core", ("swarm", "Swarm"), "steps/s", 3e6, None, "not known: it is computing, not memory"),
    ("pods from JSON a second, one core", ("readers", "ReadPod"), "items_per_second", 2.5e6, ("readers", "FindValuesOfPod"),
     "finding where the values of the text begin"),
    ("a leader's two events to all decisions", ("fleet", "LeaderEventsToAllDecisions"), None, 2e3, ("fleet", "LeaderToDecision"),
     "the decision on the pod alone"),
]


def value_of(place, counter, all_runs):
    """The median of the first row at the place; None when it was not measured."""
    program, beginning = place
    for (of, name), runs in all_runs.items():
        if of != program or not name.startswith(beginning) or any(one.get("error_occurred") for one in runs):
            continue
        if counter is None:
            return statistics.median(one["real_time"] * NANOSECONDS[one["time_unit"]] for one in runs)
        return statistics.median(one.get(counter, 0) for one in runs)
    return None


def print_goals(all_runs):
    """Each goal whose benchmark ran, with its floor: what a program cannot do without on this machine."""
    rows = []
    for what, place, counter, wanted, floor, why in GOALS:
        value = value_of(place, counter, all_runs)
        if value is None:
            continue
        limit = value_of(floor, counter, all_runs) if isinstance(floor, tuple) else floor
        shown = shown_time if counter is None else shown_number
        rows.append((what, shown(value), shown(wanted), shown(limit) if limit else "-", why))
    if not rows:
        return
    print(f"\n{'goal':<48} {'measured':>14} {'wanted':>12} {'limit':>14}  why no program can be better")
    for what, value, wanted, limit, why in rows:
        print(f"{what:<48} {value:>14} {wanted:>12} {limit:>14}  {why}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--groups", type=int, help="of each set of the fleet; default 1000")
    parser.add_argument("--size", type=int, help="pods of a group; default 8")
    parser.add_argument("--sets", type=int, help="of the fleet; default 1000")
    parser.add_argument("--state", help="a saved cluster: a file of objects")
    parser.add_argument("--repetitions", type=int, default=1)
    parser.add_argument("--min-time", default="0.2", help="seconds of a repetition; default 0.2")
    parser.add_argument("--json", help="a file for all measured times")
    parser.add_argument("--only", help="names of programs, with commas between them")
    arguments = parser.parse_args()
    here = os.environ.get("BUILD_WORKING_DIRECTORY", ".")
    if arguments.repetitions < 1:
        parser.error("--repetitions: below 1")
    programs = arguments.only.split(",") if arguments.only else PROGRAMS
    for name in programs:
        if name not in PROGRAMS:
            parser.error(f"--only: {name} is not one of {', '.join(PROGRAMS)}")
    shape = [f"--{name}={value}" for name, value in (("groups", arguments.groups), ("size", arguments.size),
                                                     ("sets", arguments.sets)) if value is not None]
    told = context()
    print_header(told)
    work = [("", name, shape if name == "million_groups" else [], {}) for name in programs]
    if "million_groups" in programs:
        work.append(("large pages: ", "million_groups", shape + ["--benchmark_filter=RandomPodEvents"], LARGE_PAGES))
        work.append(("large pages: ", "floors", ["--benchmark_filter=RandomLines"], LARGE_PAGES))
    if arguments.state:
        work.append(("", "state", [f"--state={os.path.join(here, arguments.state)}"], {}))
    print(f"\n{'benchmark':<48} {'time':>10} {'':>6} {'of ref.':>8}  counters")
    measured, all_runs, failed = {}, {}, False
    for title, program, flags, environment in work:
        runs, ended_well = run(f"benchmarks/{program}_benchmark", flags, arguments.min_time, arguments.repetitions,
                               environment)
        failed |= not ended_well or not runs
        if not ended_well or not runs:
            print(f"{program}: ended with an error, or measured nothing")
        for name, one in runs.items():
            times = row(title + name, one)
            all_runs[program, title + name] = one
            failed |= not times
            measured[f"{program}/{title}{name}"] = times
    print_goals(all_runs)
    if arguments.json:
        with open(os.path.join(here, arguments.json), "w") as file:
            json.dump({"context": told, "shape": shape, "nanoseconds": measured}, file, indent=1)
            file.write("\n")
    sys.exit(failed)


if __name__ == "__main__":
    main()
