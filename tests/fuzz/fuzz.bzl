"""Fuzz targets: each is a test that replays its seeds, and a program for libFuzzer."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")

def fuzz_target(name, seeds, deps):
    """Defines NAME_replay_test and NAME, which tests/fuzz/run builds with --config=fuzz.

    Args:
      name: the target's function is in NAME.cc.
      seeds: the files to begin with.
      deps: what NAME.cc includes.
    """
    cc_library(
        name = name + "_function",
        testonly = True,
        srcs = [name + ".cc"],
        deps = deps + [":fuzz_check"],
        alwayslink = True,
    )
    cc_test(
        name = name + "_replay_test",
        size = "medium",
        srcs = ["replay.cc"],
        args = ["$(location %s)" % seed for seed in seeds],
        data = seeds,
        deps = [":" + name + "_function"],
    )
    cc_binary(
        name = name,
        testonly = True,
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],
        deps = [":" + name + "_function"],
    )
