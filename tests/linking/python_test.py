"""What the Python package promises, tried as its users would."""

import inspect
import unittest

import lws

MANIFEST = {
    "apiVersion": "leaderworkerset.x-k8s.io/v1",
    "kind": "LeaderWorkerSet",
    "metadata": {"name": "demo", "namespace": "default"},
    "spec": {
        "replicas": 4,
        "leaderWorkerTemplate": {
            "size": 2,
            "restartPolicy": "RecreateGroupOnPodRestart",
            "workerTemplate": {"spec": {"containers": [{"name": "main", "image": "demo:1"}]}},
        },
    },
}


def node(name, rack, pods):
    return {
        "kind": "Node",
        "metadata": {"name": name, "labels": {"rack": rack}},
        "status": {"allocatable": {"pods": str(pods)}},
    }


class PackageTest(unittest.TestCase):

    def test_all_that_is_public_is_documented(self):
        for name in lws.__all__:
            thing = getattr(lws, name)
            self.assertTrue(inspect.getdoc(thing), name)
            methods = inspect.getmembers(thing, inspect.isfunction) if inspect.isclass(thing) else []
            for method, function in methods:
                if not method.startswith("_"):
                    self.assertTrue(function.__doc__, f"{name}.{method}")

    def test_admission(self):
        stored = lws.admit_set(MANIFEST)
        self.assertEqual(stored["spec"]["startupPolicy"], "LeaderCreated")
        with self.assertRaises(lws.AdmissionRefused) as refused:
            lws.admit_set({**MANIFEST, "spec": {**MANIFEST["spec"], "replicas": -1}})
        self.assertEqual(refused.exception.errors[0]["field"], "spec.replicas")
        with self.assertRaises(lws.Error) as error:
            lws.admit_pod({"kind": "Pod"}, scheduler_provider="none")
        self.assertEqual(error.exception.code, "INVALID_ARGUMENT")

    def test_a_text_is_no_document(self):
        with self.assertRaisesRegex(TypeError, "yaml.safe_load"):
            lws.run_scenario("kind: LeaderWorkerSet")
        with self.assertRaisesRegex(TypeError, "yaml.safe_load"):
            lws.admit_pod("{}")

    def test_decisions(self):
        stored = lws.admit_set(MANIFEST)
        plan = lws.decide_set([stored], "default", "demo")
        fleet = lws.Fleet()
        fleet.add(stored)
        self.assertEqual(fleet.take_due()["sets"], [{"namespace": "default", "name": "demo"}])
        self.assertEqual(fleet.decide_set("default", "demo"), plan)
        self.assertEqual([action["kind"] for action in plan["actions"]],
                         ["ControllerRevision", "StatefulSet", "Service", "LeaderWorkerSet"])
        fleet.remove("LeaderWorkerSet", "default", "demo")
        self.assertEqual(fleet.decide_set("default", "demo")["actions"], [])

    def test_planner(self):
        step = lws.plan_rollout(
            lws.RolloutInput(replicas=4, unavailable=1, current_replicas=4, current_partition=4,
                             replicas_annotation=4, ready=[True] * 4, updated=[False] * 4), "keep-budget")
        self.assertEqual(step, lws.RolloutStep(partition=3, replicas=4))

    def test_scenario_with_a_policy_in_python(self):
        asked = []

        def one_at_a_time(given):
            asked.append(given.set_name)
            if given.current_replicas is None:
                return lws.RolloutStep(given.spec_partition, given.replicas)
            if given.template_changed:
                return lws.RolloutStep(given.current_replicas, given.current_replicas)
            partition = given.current_partition
            if partition > 0 and all(given.ready) and all(given.updated[partition:]):
                partition -= 1
            return lws.RolloutStep(partition, given.replicas)

        report = lws.run_scenario(MANIFEST, policy=lws.Policy(one_at_a_time))
        self.assertTrue(report.finished)
        self.assertEqual(report.promised_ready, 3)
        self.assertEqual(set(asked), {"demo"})
        self.assertIn("<", report._repr_html_())
        report = lws.run_scenario(MANIFEST, {"expect": {"restartsAtMost": 0}}, policy=lws.Policy("keep-budget"))
        self.assertEqual(len(report.unmet), 1)

    def test_an_exception_of_a_policy_reaches_its_caller(self):
        def wrong(given):
            raise KeyError("wrong")

        with self.assertRaises(KeyError):
            lws.decide_set([lws.admit_set(MANIFEST)], "default", "demo", policy=lws.Policy(wrong))
        with self.assertRaises(lws.Error):
            lws.Policy("fastest")

    def test_disaggregated_sets(self):
        role = {"name": "prefill", "spec": MANIFEST["spec"]}
        stored = lws.admit_set({
            "apiVersion": "disaggregatedset.x-k8s.io/v1",
            "kind": "DisaggregatedSet",
            "metadata": {"name": "llm", "namespace": "default"},
            "spec": {"roles": [role, {**role, "name": "decode"}]},
        })
        plan = lws.decide_disaggregated_set([stored], "default", "llm", policy=lws.Policy(role_policy="keep-role-budgets"))
        self.assertIn("LeaderWorkerSet", [action["kind"] for action in plan["actions"]])
        with self.assertRaises(lws.Error):
            lws.Policy(role_policy="fastest")

    def test_what_is_kept(self):
        fleet = lws.Fleet()
        fleet.load_kept(fleet.save_kept())
        with self.assertRaises(lws.Error):
            fleet.load_kept(b"\xff")

    def test_a_restart_function(self):
        asked = []

        def judge(failure):
            asked.append(failure)
            return "restart-group"

        restarting = {**MANIFEST, "spec": {**MANIFEST["spec"], "replicas": 1}}
        report = lws.run_scenario(restarting, policy=lws.Policy("keep-budget", restart=judge))
        self.assertTrue(report.finished)
        self.assertEqual({failure.set_name for failure in asked}, {"demo"})
        self.assertEqual(report.groups_restarted, 1)
        ignored = lws.run_scenario(restarting, policy=lws.Policy("keep-budget", restart=lambda failure: "ignore"))
        self.assertEqual(ignored.groups_restarted, 0)
        with self.assertRaises(KeyError):
            lws.run_scenario(restarting, policy=lws.Policy(restart=lambda failure: "no such action"))

    def test_a_whole_fleet_is_saved(self):
        fleet = lws.Fleet()
        fleet.add(lws.admit_set(MANIFEST))
        other = lws.Fleet()
        other.load_saved(fleet.save())
        self.assertEqual(other.save(), fleet.save())
        self.assertEqual(other.decide_set("default", "demo"), fleet.decide_set("default", "demo"))
        with self.assertRaises(lws.Error):
            other.load_saved(b"\xff")

    def test_capacity(self):
        capacity = lws.Capacity([node("n0", "r0", 4)], ["rack"])
        groups = capacity.place([MANIFEST], required="rack")
        self.assertEqual([group["assignment"] is not None for group in groups], [True, True, False, False])
        capacity.release("default", "demo", 0)
        one = {**MANIFEST, "metadata": {"name": "other", "namespace": "default"},
               "spec": {**MANIFEST["spec"], "replicas": 1}}
        self.assertIsNotNone(capacity.place([one])[0]["assignment"])
        with self.assertRaises(lws.Error):
            capacity.release("default", "demo", 0)

    def test_check(self):
        check = lws.check_rollout(lws.Policy("keep-budget"), replicas=3, faults=1)
        self.assertEqual((check.broken_law, check.complete), ("", True))
        rush = lws.Policy(lambda given: lws.RolloutStep(0, given.replicas))
        self.assertNotEqual(lws.check_rollout(rush, replicas=3).trace, "")

    def test_placement(self):
        groups = lws.place([MANIFEST], [node("n0", "r0", 4), node("n1", "r1", 3)], ["rack"], required="rack")
        self.assertEqual([group["assignment"] is not None for group in groups], [True, True, True, False])
        self.assertIn("reason", groups[3])


if __name__ == "__main__":
    unittest.main()
