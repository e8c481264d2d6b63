"""The rules of C++ for the library's own targets, which say themselves that they are C++17.

A workspace that uses this one therefore needs no option of ours. Generated protocol buffers are C++11 and need none.
"""

load("@rules_cc//cc:defs.bzl", _cc_binary = "cc_binary", _cc_library = "cc_library")

_CXX17 = ["-std=c++17"]

# Targets that answer a person, a webhook or a change of a set's spec, or that do little at an event of a pod. They are
# compiled for size, which takes a sixth off liblws.so. A room without names is compiled so as a whole. The fleet, the two
# reconcile functions, the planner of groups, the search for nodes, the admission of pods and what reads a state of
# protocol buffers are compiled for speed. cmake/targets.cmake follows this table.
_FOR_SIZE = {
    "lws/adapters/c": [
        "c",
        "c_testing",
        "fleet_handle",
        "fleet_state_cc_proto",
        "place_request",
        "plan_text",
        "policy",
        "requests",
        "saved_fleet",
        "state",
    ],
    "lws/adapters/host": ["kept_state", "kept_state_cc_proto", "policy_documents", "restart_counts"],
    "lws/adapters/testing/checker": ["check_html_report"],
    "lws/adapters/testing/page": [],
    "lws/adapters/testing/scenario": [
        "expectations",
        "html_report",
        "role_expectations",
        "role_html_report",
        "role_report",
        "role_watch",
        "run_role_scenario",
        "run_scenario",
        "scenario",
        "scenario_faults",
        "scenario_report",
        "scenario_size",
        "timeline_json",
        "usual_nodes",
        "waiting_groups",
    ],
    "lws/adapters/simulation": ["disaggregated_simulation", "group_placer", "late_objects", "set_admission"],
    "lws/adapters/simulation/kubernetes": ["garbage_collector", "node_upkeep", "object_defaults"],
    "lws/api": [
        "admission_steps",
        "admit_disaggregated_set",
        "admit_set",
        "applied_fields",
        "claim_validation",
        "container_validation",
        "default_document",
        "disaggregated_set_cc_proto",
        "disaggregated_validation",
        "environment_validation",
        "field_checks",
        "field_error",
        "field_status",
        "field_value",
        "int_or_percent_validation",
        "leader_worker_set",
        "leader_worker_set_cc_proto",
        "mount_validation",
        "name_rules",
        "object_kind",
        "object_meta_validation",
        "observed",
        "observed_object",
        "observed_roles",
        "open_api_schema",
        "path_rules",
        "pod_document",
        "pod_tpus",
        "pod_validation",
        "probe_validation",
        "proto_json",
        "resource_validation",
        "scheduling_validation",
        "schema_validation",
        "security_validation",
        "service_validation",
        "statefulset_pod",
        "statefulset_validation",
        "strict_reader",
        "typed_json",
        "validation",
        "volume_validation",
        "yaml_scalar",
    ],
    "lws/core/desired": ["desired_objects"],
    "lws/core/disaggregated": [],
    "lws/core/fleet": ["fleet_relist", "object_visit", "unpacked_objects"],
    "lws/core/plan": ["action_object", "plan_builder", "plan_cc_proto", "plan_serialization"],
    "lws/core/pod": ["pod_wait", "restart_policy"],
    "lws/core/reconcile": ["former_revision", "refused_objects", "revert_set"],
    "lws/core/revision": ["disaggregated_revision", "revision_data", "revisions"],
    "lws/core/snapshot": ["cluster_snapshot"],
    "lws/placement": [
        "added_nodes",
        "affinity_terms",
        "assign_cuboid",
        "assign_together",
        "cluster_documents",
        "labelled_group",
        "no_fit_json",
        "node_binding",
        "node_filter",
        "pod_facts",
        "pod_resources",
        "pod_rules",
        "reassign_group",
        "running_pods",
        "set_request",
        "spread_cuboid",
        "spread_groups",
        "spread_together",
        "together_headroom",
        "topology",
    ],
    "lws/placement/pods": ["exclusive_affinity", "tpu_environment"],
    "lws/placement/search": [
        "assign_in_scope",
        "explain_no_fit",
        "group_orders",
        "group_rules",
        "one_by_one",
        "placement_problem",
        "pod_neighbours",
        "rank_order",
        "subgroup_split",
    ],
    "lws/rollout": ["controls", "keep_role_budgets", "role_rollout"],
}

# What the command line asks for in place of -O2 counts for every target.
_SIZE_COPTS = select({
    str(Label("//bazel:optimized")): ["-Os"],
    str(Label("//bazel:optimized_as_O0")): [],
    str(Label("//bazel:optimized_as_O1")): [],
    str(Label("//bazel:optimized_as_O3")): [],
    "//conditions:default": [],
})

def _is_for_size(name):
    targets = _FOR_SIZE.get(native.package_name())
    return targets != None and (not targets or name in targets)

def cc_library(name, copts = [], **kwargs):
    _cc_library(name = name, copts = _CXX17 + copts + (_SIZE_COPTS if _is_for_size(name) else []), **kwargs)

def cc_binary(copts = [], **kwargs):
    _cc_binary(copts = _CXX17 + copts, **kwargs)

def cc_proto_library(name, deps, imports = [], **kwargs):
    """The messages of one .proto file of the package lws.v1, as lws::v1::Plan or, the version being inline, lws::Plan.

    Args:
      name: that of the file, with _cc_proto for .proto.
      deps: the proto_library of the file.
      imports: the cc_proto_library of each file that it imports, also through others.
      **kwargs: those of cc_library.
    """
    stem = name[:-len("_cc_proto")]
    package = native.package_name()
    root = "/".join([".."] * len(package.split("/")))
    native.genrule(
        name = name + "_code",
        srcs = deps + [label[:-len("_cc_proto")] + "_proto" for label in imports],
        outs = [stem + ".pb.h", stem + ".pb.cc"],
        # protoc knows no inline namespaces.
        cmd = "sets=\"$(SRCS)\"; $(location @com_google_protobuf//:protoc) --descriptor_set_in=$${sets// /:} " +
              "--cpp_out=$(RULEDIR)/%s %s/%s.proto && " % (root, package, stem) +
              "sed -i 's/^namespace v1 {/inline namespace v1 {/' $(OUTS)",
        exec_tools = ["@com_google_protobuf//:protoc"],
    )
    _cc_library(
        name = name,
        srcs = [stem + ".pb.cc"],
        hdrs = [stem + ".pb.h"],
        copts = _SIZE_COPTS if _is_for_size(name) else [],
        deps = imports + ["@com_google_protobuf//:protobuf_lite"],
        **kwargs
    )
