"""What this library needs of a WORKSPACE, for itself and for workspaces that use it.

    local_repository(name = "lws", path = "/path/to/lws")
    load("@lws//bazel:repositories.bzl", "lws_repositories")
    lws_repositories()

Everything is local: Debian's packages give the compilers and libraries, the folders beside this file the few
repositories that Bazel 4 insists on.
"""

load("//bazel/system:packages.bzl", "system_packages")

def _folder_repository_impl(repository_ctx):
    folder = repository_ctx.path(Label("//bazel:repositories.bzl")).dirname.get_child(repository_ctx.attr.folder)
    for entry in folder.readdir():
        repository_ctx.symlink(entry, entry.basename)

# A repository that is a folder of this one.
_folder_repository = repository_rule(
    implementation = _folder_repository_impl,
    attrs = {"folder": attr.string(mandatory = True)},
    local = True,
)

def _declare(rule, name, **kwargs):
    if not native.existing_rule(name):
        rule(name = name, **kwargs)

def lws_repositories():
    """Declares every repository that the library's targets name. One that the workspace has already is kept."""
    _declare(_folder_repository, "rules_cc", folder = "rules_cc")
    _declare(_folder_repository, "remote_coverage_tools", folder = "remote_coverage_tools")
    _declare(native.local_repository, "rules_java", path = "/usr/share/bazel/rules/java")
    _declare(native.local_repository, "rules_proto", path = "/usr/share/bazel/rules/proto")
    system_packages()
