"""What the Python package promises, tried as its users would."""

import copy
import inspect
import math
import pickle
import threading
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


def life_of_group(number, restarts):
    """The first group in its life of this number, after so many restarts of its leader's container."""
    labels = {"leaderworkerset.sigs.k8s.io/name": "demo", "leaderworkerset.sigs.k8s.io/group-index": "0",
              "leaderworkerset.sigs.k8s.io/template-revision-hash": "k"}

    def pod(name, worker, uid, restart_count):
        return {
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "namespace": "default", "uid": uid,
                         "labels": {**labels, "leaderworkerset.sigs.k8s.io/worker-index": str(worker)}},
            "status": {"phase": "Running", "containerStatuses": [
                {"restartCount": restart_count, "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}}}]},
        }

    leader = pod("demo-0", 0, f"leader{number}", restarts)
    workers = {
        "apiVersion": "apps/v1", "kind": "StatefulSet", "spec": {"replicas": 1},
        "metadata": {"name": "demo-0", "namespace": "default", "uid": f"workers{number}", "labels": labels,
                     "ownerReferences": [{"kind": "Pod", "name": "demo-0", "uid": f"leader{number}", "controller": True}]},
    }
    worker = pod("demo-0-1", 1, f"worker{number}", 0)
    worker["metadata"]["ownerReferences"] = [
        {"kind": "StatefulSet", "name": "demo-0", "uid": f"workers{number}", "controller": True}]
    return [leader, workers, worker]


def verbs(plan):
    return [action["verb"] for action in plan["actions"]]


class PackageTest(unittest.TestCase):

    def test_all_that_is_public_is_documented(self):
        for name in lws.__all__:
            thing = getattr(lws, name)
            if thing is not lws.Document:  # the name of a type of typing
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

    def test_a_restart_limit_holds_without_a_fleet(self):
        policy = lws.Policy(restarts={"atMost": 1})
        stored = lws.admit_set(MANIFEST)
        kept, restarted = None, []
        for number in range(3):
            for restarts in (0, 1):
                plan = lws.decide_pod([stored, *life_of_group(number, restarts)], "default", "demo-0", 100.0 * number,
                                      policy, kept)
                kept = plan.get("kept")
            restarted.append("delete" in verbs(plan))
        self.assertEqual(restarted, [True, False, False])

    def test_what_a_plan_without_a_memory_keeps(self):
        policy = lws.Policy(restarts={"atMost": 1})
        stored = lws.admit_set(MANIFEST)
        kept = lws.decide_pod([stored, *life_of_group(0, 1)], "default", "demo-0", policy=policy)["kept"]
        self.assertEqual(lws.decide_pod([stored], "default", "demo-0", policy=policy, kept=kept)["kept"], kept)
        with self.assertRaises(lws.Error):
            lws.decide_pod([stored], "default", "demo-0", policy=policy, kept="/w==")

    def test_a_restart_function_that_raises_is_asked_again(self):
        asked = []

        def judge(failure):
            asked.append(failure)
            if len(asked) == 1:
                raise RuntimeError("not now")
            return "restart-group"

        policy = lws.Policy(restart=judge)
        fleet = lws.Fleet()
        fleet.add(lws.admit_set(MANIFEST))
        fleet.load(life_of_group(0, 0))
        fleet.decide_pod("default", "demo-0", policy=policy)
        fleet.load(life_of_group(0, 1))
        before = fleet.save()
        with self.assertRaises(RuntimeError):
            fleet.decide_pod("default", "demo-0", policy=policy)
        self.assertEqual(fleet.save(), before)
        self.assertIn("delete", verbs(fleet.decide_pod("default", "demo-0", policy=policy)))

    def test_threads_that_share_a_policy_see_their_own_exceptions(self):
        both_ask = threading.Barrier(2)

        def fails_for_one(given):
            both_ask.wait(timeout=30)
            if given.set_name == "bad":
                raise KeyError("bad")
            both_ask.wait(timeout=30)
            return lws.RolloutStep(0, given.replicas)

        policy = lws.Policy(fails_for_one)
        ended = {}

        def decide(name):
            stored = lws.admit_set({**MANIFEST, "metadata": {"name": name, "namespace": "default"}})
            try:
                ended[name] = verbs(lws.decide_set([stored], "default", name, policy=policy))
            except KeyError as raised:
                ended[name] = raised
            if name == "bad":
                both_ask.wait(timeout=30)

        threads = [threading.Thread(target=decide, args=(name,)) for name in ("good", "bad")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertIsInstance(ended["bad"], KeyError)
        self.assertIn("apply", ended["good"])

    def test_numbers_that_do_not_fit(self):
        stored = lws.admit_set(MANIFEST)
        for step, wrong in ((lws.RolloutStep(2**32, 4), OverflowError), (lws.RolloutStep(0, 2**32 + 4), OverflowError),
                            (lws.RolloutStep(0, 4.5), TypeError), (lws.RolloutStep(0, 4, False, -1.0), ValueError),
                            (lws.RolloutStep(0, 4, False, math.nan), ValueError)):
            with self.assertRaises(wrong):
                lws.decide_set([stored], "default", "demo", policy=lws.Policy(lambda given: step))
        with self.assertRaises(OverflowError):
            lws.plan_rollout(lws.RolloutInput(replicas=2**32 + 2))
        with self.assertRaises(OverflowError):
            lws.decide_set([stored], "default", "demo", now=1e12)
        with self.assertRaises(OverflowError):
            lws.Capacity([node("n0", "r0", 4)], ["rack"]).release("default", "demo", 2**32)

    def test_arguments_of_another_type(self):
        stored = lws.admit_set(MANIFEST)
        fleet = lws.Fleet()
        for wrong in (lambda: lws.Policy(None), lambda: lws.Policy(restart=3), lambda: lws.decide_set(stored, "d", "n"),
                      lambda: lws.decide_set([stored], "default", "demo", policy="keep-budget"),
                      lambda: fleet.remove("Pod", None, "x"), lambda: fleet.load(stored)):
            with self.assertRaises(TypeError):
                wrong()
        with self.assertRaises(ValueError):
            fleet.remove("LeaderWorkerSet", "default", "demo\0x")

    def test_handles_are_not_copied(self):
        for handle in (lws.Fleet(), lws.Policy(), lws.Capacity([node("n0", "r0", 4)], ["rack"])):
            for duplicate in (copy.copy, copy.deepcopy, pickle.dumps):
                with self.assertRaises(TypeError):
                    duplicate(handle)

    def test_errors_about_texts_of_many_languages(self):
        for begin in ("", "x"):
            with self.assertRaisesRegex(lws.Error, "\u00e9[.]{3}"):
                lws.Fleet().add({**MANIFEST, "spec": {"replicas": begin + "\u00e9" * 100}})


if __name__ == "__main__":
    unittest.main()
