"""Repositories over the machine's own libraries, under the labels that their upstream Bazel builds use.

`pkg_config_repository` asks pkg-config for the flags of each library and writes one cc_library per label, so that
BUILD files say `@com_google_absl//absl/strings` as anywhere else.
"""

def _flags(repository_ctx, package):
    result = repository_ctx.execute(["pkg-config", "--libs", package])
    if result.return_code:
        fail("pkg-config knows no %s: %s" % (package, result.stderr))
    return [flag for flag in result.stdout.strip().split(" ") if flag]

def _library(repository_ctx, name, package):
    return """
cc_library(
    name = "{name}",
    linkopts = {flags},
    visibility = ["//visibility:public"],
)
""".format(name = name, flags = repr(_flags(repository_ctx, package)) if package else "[]")

def _pkg_config_repository_impl(repository_ctx):
    files = {}
    for label, package in repository_ctx.attr.libraries.items():
        directory, name = label.split(":")
        files[directory] = files.get(directory, "") + _library(repository_ctx, name, package)
    for directory, content in files.items():
        path = directory + "/BUILD.bazel" if directory else "BUILD.bazel"
        repository_ctx.file(path, content + repository_ctx.attr.extra.get(directory, ""))

pkg_config_repository = repository_rule(
    implementation = _pkg_config_repository_impl,
    attrs = {
        # "package:target" -> pkg-config module; "" for a library of headers alone.
        "libraries": attr.string_dict(),
        # Text added to a package's BUILD file.
        "extra": attr.string_dict(),
    },
    local = True,
)

_ABSL = {
    "absl/base:core_headers": "",
    "absl/container:btree": "absl_btree",
    "absl/container:flat_hash_map": "absl_flat_hash_map",
    "absl/container:flat_hash_set": "absl_flat_hash_set",
    "absl/container:inlined_vector": "absl_inlined_vector",
    "absl/functional:function_ref": "absl_function_ref",
    "absl/container:node_hash_map": "absl_node_hash_map",
    "absl/numeric:bits": "absl_bits",
    "absl/numeric:int128": "absl_int128",
    "absl/random:random": "absl_random_random",
    "absl/status:status": "absl_status",
    "absl/status:statusor": "absl_statusor",
    "absl/strings:cord": "absl_cord",
    "absl/strings:str_format": "absl_str_format",
    "absl/strings:strings": "absl_strings",
    "absl/time:time": "absl_time",
    "absl/types:optional": "absl_optional",
    "absl/types:span": "absl_span",
}

_PROTOC = """
genrule(
    name = "protoc_wrapper",
    outs = ["protoc"],
    cmd = "printf '#!/bin/sh\\\\nexec /usr/bin/protoc \\"$$@\\"\\\\n' > $@",
    executable = True,
    visibility = ["//visibility:public"],
)

proto_lang_toolchain(
    name = "cc_toolchain",
    command_line = "--cpp_out=$(OUT)",
    runtime = ":protobuf_lite",
    visibility = ["//visibility:public"],
)
"""

def _declare(name, **kwargs):
    if not native.existing_rule(name):
        pkg_config_repository(name = name, **kwargs)

def system_packages():
    """Declares every library that the project links, where the workspace has not done so."""
    _declare(name = "com_google_absl", libraries = _ABSL)
    _declare(
        name = "com_google_protobuf",
        libraries = {":protobuf": "protobuf", ":protobuf_lite": "protobuf-lite"},
        extra = {"": _PROTOC},
    )
    _declare(name = "boost_beast", libraries = {":boost.beast": ""})
    _declare(
        name = "com_github_jupp0r_prometheus_cpp",
        libraries = {"core:core": "prometheus-cpp-core"},
    )
    _declare(name = "com_github_gperftools", libraries = {":tcmalloc_minimal": "libtcmalloc_minimal"})
    _declare(name = "com_github_nlohmann_json", libraries = {":json": "nlohmann_json"})
    _declare(name = "com_github_yaml_libyaml", libraries = {":yaml": "yaml-0.1"})
    _declare(name = "com_googlesource_code_re2", libraries = {":re2": "re2"})
    _declare(name = "curl", libraries = {":curl": "libcurl"})
    _declare(name = "org_openssl", libraries = {":crypto": "libcrypto", ":ssl": "libssl"})
    _declare(name = "simdjson", libraries = {":simdjson": "simdjson"})
    _declare(name = "zlib", libraries = {":zlib": "zlib"})
    _declare(
        name = "com_google_googletest",
        libraries = {":gtest": "gmock", ":gtest_main": "gmock_main"},
    )
    _declare(
        name = "com_github_google_benchmark",
        libraries = {":benchmark": "benchmark", ":benchmark_main": "benchmark"},
    )
