"""A test of the examples of all headers in some rooms."""

load("@rules_cc//cc:defs.bzl", "cc_test")

def examples_test(name, objects, rooms, umbrellas, deps):
    """Compiles and runs the examples, and compares their results.

    Args:
      name: NAME_test.cc is the generated test.
      objects: the header here, without ".h", that has the objects of the examples.
      rooms: packages, all of whose headers are tried.
      umbrellas: headers of //lws that are tried too.
      deps: the targets of all these headers.
    """
    headers = [room + ":headers" for room in rooms] + ["//lws:" + umbrella for umbrella in umbrellas]
    native.genrule(
        name = name + "_source",
        testonly = True,
        srcs = headers,
        outs = [name + ".cc"],
        cmd = "python3 $(location make_examples.py) %s %s > $@" % (
            objects,
            " ".join(["$(locations %s)" % header for header in headers]),
        ),
        tools = ["make_examples.py"],
    )
    cc_test(
        name = name,
        size = "small",
        srcs = [name + ".cc"],
        copts = [
            "-Wno-missing-field-initializers",
            "-Wno-unused-but-set-variable",
            "-Wno-unused-result",
            "-Wno-unused-value",
            "-Wno-unused-variable",
        ],
        deps = deps + [
            ":" + objects,
            "@com_google_googletest//:gtest_main",
        ],
    )
