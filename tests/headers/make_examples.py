"""Makes a test of the examples in headers: make_examples.py OBJECTS HEADER... writes it to standard output.

OBJECTS is the header in this folder, without ".h", whose fixtures have the objects of the examples as members. A header of
the library without an example is an error; one of a program is left out.

The example of a header is the indented code in its first comment, before any list of laws. It becomes the body of a
test of the header's fixture (FIXTURES below), in the namespace of the header: a host's code stands outside of the
library, and the code that uses a private header stands inside. A line

    EXPRESSION;    // VALUE

with a VALUE that is a number, true, false, a text in quotes, an enumerator (lws::X::kY), nullptr, nullopt or a list in
braces, up to the end of the line, a colon, a comma or a semicolon, gives the result, and the test compares it. An
ellipsis in the VALUE leaves something out, and nothing is compared. An ellipsis in the code stands for code of the
reader's. What listens on ports, or runs until it is ended, is compiled and not run (ONLY_COMPILED below).
"""

import re
import sys

LAWS = re.compile(r"^// (Laws|Rules|Annotations|Guarantees|Expected flow|Assumptions|Promises|Caveats)\b")
# The fixture of a header whose path has this part.
FIXTURES = [
    ("examples/lwsctl/live/live_api.h", "LiveExamples"),
    ("examples/lwsctl/live/role_edit_diff.h", "RoleEditExamples"),
    ("examples/lwsctl/live/set_report.h", "LiveExamples"),
    ("examples/lwsctl/", "ProgramExamples"),
    ("examples/operator/settings/configuration.h", "ConfigurationExamples"),
    ("examples/operator/", "OperatorExamples"),
    ("/core/disaggregated/mending_rollout.h", "SliceExamples"),
    ("/core/disaggregated/disaggregated_objects.h", "SliceExamples"),
    ("/core/disaggregated/role_scalers.h", "SliceExamples"),
    ("/core/disaggregated/slice_", "SliceExamples"),
    ("/core/disaggregated/role_fleet.h", "RoleFleetExamples"),
    ("/core/disaggregated/wanted_groups.h", "RoleFleetExamples"),
    ("/disaggregated/", "RoleExamples"),
    ("lws/core/fleet/decision_equality.h", "FleetExamples"),
    ("lws/core/fleet/due_list.h", "FleetExamples"),
    ("lws/core/fleet/failing_groups.h", "FleetExamples"),
    ("lws/core/fleet/fleet_index.h", "FleetExamples"),
    ("lws/core/fleet/fleet_facts.h", "FleetExamples"),
    ("lws/core/fleet/fleet_objects.h", "FleetExamples"),
    ("lws/core/fleet/fleet_relist.h", "FleetExamples"),
    ("lws/core/fleet/fleet_set.h", "FleetExamples"),
    ("lws/core/fleet/fleet_views.h", "ViewExamples"),
    ("lws/core/fleet/group_owners.h", "FleetExamples"),
    ("lws/core/fleet/object_", "FleetExamples"),
    ("lws/core/fleet/packed_", "FleetExamples"),
    ("lws/core/fleet/slot.h", "FleetExamples"),
    ("lws/core/fleet/unpacked_objects.h", "FleetExamples"),
    ("lws/core/snapshot/observed_serialization.h", "FleetExamples"),
    ("lws/core/pod/pod_decision.h", "PodExamples"),
    ("lws/core/reconcile/revert_set.h", "RevertExamples"),
    ("lws/placement/search/rank_order.h", "RankExamples"),
    ("lws/placement/search/group_orders.h", "TogetherExamples"),
    ("lws/placement/search/", "SearchExamples"),
    ("lws/placement/assign_together.h", "TogetherExamples"),
    ("lws/placement/preempt_together.h", "TogetherExamples"),
    ("lws/placement/spread_together.h", "TogetherExamples"),
    ("lws/placement/together_headroom.h", "TogetherExamples"),
    ("lws/placement/pods/exclusive_affinity.h", "SearchExamples"),
    ("lws/placement.h", "SearchExamples"),
    ("lws/rollout.h", "RolloutExamples"),
    ("lws/api/disaggregated_validation.h", "RoleExamples"),
    ("lws/api/meta_walk.h", "WalkExamples"),
    ("lws/api/yaml_", "YamlExamples"),
    ("lws/api/", "ApiExamples"),
    ("lws/manifest.h", "YamlExamples"),
    ("/adapters/c/lws.h", "CallerExamples"),
    ("/adapters/c/fleet_state.h", "CallerProtoExamples"),
    ("/adapters/c/place_request.h", "CallerPlaceExamples"),
    ("/adapters/c/rollout.h", "CallerPolicyExamples"),
    ("/adapters/c/", "CallExamples"),
    ("/adapters/kubernetes/serving/https_server.h", "HttpsExamples"),
    ("/adapters/kubernetes/serving/lease_elector.h", "LeaseExamples"),
    ("/adapters/kubernetes/serving/openssl_error.h", "OpenSslExamples"),
    ("/adapters/kubernetes/serving/serving_certificate.h", "CertificateExamples"),
    ("/adapters/kubernetes/serving/", "ServingExamples"),
    ("/adapters/kubernetes/group_placing.h", "PlacingExamples"),
    ("/adapters/kubernetes/kept_store.h", "KeptExamples"),
    ("/adapters/kubernetes/kind_watch.h", "ReflectorExamples"),
    ("/adapters/kubernetes/kube_config.h", "ConfigExamples"),
    ("/adapters/kubernetes/kube_writer.h", "WriterExamples"),
    ("/adapters/kubernetes/list_page.h", "ListExamples"),
    ("/adapters/kubernetes/past_lists.h", "PastExamples"),
    ("/adapters/kubernetes/reflector.h", "ReflectorExamples"),
    ("/adapters/kubernetes/role_view.h", "RoleViewExamples"),
    ("/adapters/kubernetes/", "KubernetesExamples"),
    ("/adapters/host/", "HostExamples"),
    ("lws/host.h", "HostExamples"),
    ("/adapters/simulation/disaggregated_simulation.h", "RoleSimulationExamples"),
    ("/adapters/simulation/stored_object_reader.h", "StoredExamples"),
    ("/adapters/simulation/kubernetes/object_store.h", "StoredExamples"),
    ("/adapters/simulation/kubernetes/pod_affinities.h", "AffinityExamples"),
    ("/adapters/simulation/kubernetes/statefulset_pods.h", "StoredExamples"),
    ("/adapters/simulation/kubernetes/stored_object.h", "StoredExamples"),
    ("/adapters/simulation/kubernetes/valid_pods.h", "StoredExamples"),
    ("/adapters/simulation/numbers/node_outages.h", "TimerExamples"),
    ("/adapters/simulation/numbers/timer_wheel.h", "TimerExamples"),
    ("/adapters/simulation/numbers/set_passes.h", "SetPassExamples"),
    ("/adapters/simulation/numbers/", "NumbersExamples"),
    ("/adapters/simulation/chance.h", "NumbersExamples"),
    ("/adapters/simulation/fault", "NumbersExamples"),
    ("/adapters/simulation/repeated_events.h", "EventExamples"),
    ("/adapters/simulation/", "SimulationExamples"),
    ("/adapters/testing/conformance/test_cluster.h", "ClusterExamples"),
    ("/adapters/testing/checker/group_steps.h", "GroupStepExamples"),
    ("/adapters/testing/checker/group_world_options.h", "GroupStepExamples"),
    ("/adapters/testing/checker/packed_fields.h", "FieldExamples"),
    ("/adapters/testing/checker/rollout_steps.h", "RolloutStepExamples"),
    ("/adapters/testing/scenario/group_watch.h", "WatchExamples"),
    ("/adapters/testing/scenario/waiting_groups.h", "WatchExamples"),
    ("/adapters/testing/scenario/role_watch.h", "RoleWatchExamples"),
    ("/adapters/testing/scenario/role_", "RoleReportExamples"),
    ("/adapters/testing/scenario/run_role_scenario.h", "RoleReportExamples"),
    ("/adapters/testing/scenario/scenario_faults.h", "PlayExamples"),
    ("/adapters/testing/scenario/scenario_play.h", "PlayExamples"),
    ("/adapters/testing/", "ScenarioExamples"),
    ("lws/testing.h", "ScenarioExamples"),
]
ONLY_COMPILED = [
    "examples/lwsctl/interruption.h",
    "examples/operator/operator.h",
    "examples/operator/serving.h",
]
VALUE = (
    r'(?:true|false|nullptr|nullopt|-?\d+(?:\.\d+)?|"(?:[^"\\]|\\.)*"|lws::(?:\w+::)+k\w+|\{(?:[^{}:]|::)*\})'
)
RESULT = re.compile(r"^(?P<code>(?!.*[^=!<>]=[^=]).*);\s+// (?P<value>" + VALUE + r")(?:[:;,].*)?$")
# A statement that gives nothing to compare, whatever stands behind it.
CONTROL = re.compile(r"^\s*(?:for|if|while|return)\b")
RETURN = re.compile(r"^((?:if \(.*\) )?return) (.+);(\s+//.*)?$")
NAMESPACE = re.compile(r"^namespace ((?:lws|lwsctl)(?:::\w+)?) \{$", re.MULTILINE)


def read(path):
    with open(path) as file:
        return file.read()


def example_lines(header):
    """The lines of the header's example, without the comment's margin."""
    text = read(header)
    margin = " *" if text.startswith("/*") else "//"
    lines = []
    for line in text.split("\n"):
        if not line.startswith((margin, "/*")) or LAWS.match(line):
            break
        if line.startswith(margin + "   "):
            lines.append(line[len(margin) + 3 :])
    return lines


def fixture_of(header):
    return next((fixture for part, fixture in FIXTURES if part in header), "HeaderExamples")


def namespace_of(header):
    """The namespace of the header's declarations, or none where the example is code of a user of the library."""
    opened = NAMESPACE.findall(read(header))
    return opened[-1] if opened and opened[-1] != "lws" else ""


def fill_in(line):
    """The line with a statement for every ellipsis in it, and without a value to return."""
    line = re.sub(r" \.\.\.(?=\s*(?://|$))", " {}", line)
    line = line.replace("= ...;", "= {};")
    return RETURN.sub(r"\1 static_cast<void>(\2);\3", line)


def check(line):
    """The line of code, or the comparison that stands for it."""
    result = RESULT.match(line)
    if not result or line.lstrip().startswith("//") or CONTROL.match(line) or "..." in result["value"]:
        return fill_in(line)
    value = result["value"]
    if value.startswith("{"):
        return "EXPECT_THAT(%s, testing::ElementsAre(%s));" % (result["code"], value[1:-1])
    return "EXPECT_EQ((%s), %s);" % (result["code"], "std::nullopt" if value == "nullopt" else value)


def main(objects, headers):
    print('#include "tests/headers/%s.h"' % objects)
    for header in headers:
        print('#include "%s"' % header)
    print("\n// Examples of what a host includes stand outside of namespace lws, as a host does.")
    for fixture in sorted({fixture_of(header) for header in headers}):
        print("using lws::%s;" % fixture)
    for header in headers:
        lines = example_lines(header)
        if not lines and "examples/" in header:
            continue
        if not lines:
            sys.exit("%s: the comment at the top of the header has no example" % header)
        body = "\n".join(check(line) for line in lines)
        if any(part in header for part in ONLY_COMPILED):
            body = "const auto only_compiled = [&] {\n%s\n};" % body
        test = "TEST_F(%s, %s) {\n%s\n}" % (fixture_of(header), re.sub(r"\W+", "_", header), body)
        namespace = namespace_of(header)
        print("\n" + ("namespace %s {\n%s\n}" % (namespace, test) if namespace else test))


main(sys.argv[1], sys.argv[2:])
