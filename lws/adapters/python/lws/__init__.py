"""LeaderWorkerSet's decisions, rollouts, placement and scenarios, for tests and notebooks.

    import lws
    report = lws.run_scenario(manifest, policy=lws.Policy("keep-budget"))
    assert report.finished and report.lowest_ready >= report.counted_on

The package calls liblws-testing.so through ctypes, or liblws.so where that is not there; run_scenario and check_rollout
need the former. It looks for the library where LWS_LIBRARY says, else where the system does.
Documents are plain dicts, as json and yaml give them. Threads may call everything here at the same time, but one thread at
a time may use a Fleet or a Capacity.
"""

import base64
import ctypes
import dataclasses
import threading
from typing import Any, Callable, List, Optional, Sequence, Union

from ._native import (
    AdmissionRefused, Document, Error, _Handle, _JSON, _PROTOBUF, _PolicyFunctions, _READY, _RESTART_ACTIONS,
    _RESTART_ERROR, _RestartFailure, _RestartFunction, _RolloutFunction, _RolloutInput, _RolloutStep, _UPDATED,
    _WITH_DECISIONS, _answer, _bytes, _call, _int32, _library, _name, _nanoseconds, _objects, _read,
)

__all__ = [
    "AdmissionRefused", "Capacity", "Document", "Error", "Fleet", "Policy", "Report", "RestartFailure", "RolloutCheck", "RolloutInput",
    "RolloutStep", "admit_pod", "admit_set", "check_rollout", "decide_disaggregated_set", "decide_pod", "decide_set",
    "place", "plan_rollout", "run_scenario", "version",
]


def version() -> str:
    """The version of the library that is loaded."""
    text: bytes = _library.lws_version()
    return text.decode()


@dataclasses.dataclass
class RolloutInput:
    """What a rollout policy sees.

    surge and unavailable are numbers of groups. `ready` and `updated` have a truth value for each group of the leader
    StatefulSet; both are empty, and the current_ fields None, while it does not exist. `now` is in seconds since 1970.
    """

    replicas: int = 0
    surge: int = 0
    unavailable: int = 0
    spec_partition: int = 0
    template_changed: bool = False
    current_replicas: Optional[int] = None
    current_partition: Optional[int] = None
    replicas_annotation: Optional[int] = None
    on_delete: bool = False
    ready: Sequence[bool] = ()
    updated: Sequence[bool] = ()
    namespace: str = ""
    set_name: str = ""
    now: float = 0.0


@dataclasses.dataclass
class RolloutStep:
    """What the leader StatefulSet should have next. `look_again_in`, in seconds: when the answer may change by time."""

    partition: int
    replicas: int
    on_delete: bool = False
    look_again_in: Optional[float] = None


def _read_input(given: _RolloutInput) -> RolloutInput:
    read = RolloutInput(
        replicas=given.replicas, surge=given.surge, unavailable=given.unavailable, spec_partition=given.spec_partition,
        template_changed=bool(given.updated), namespace=given.namespace_name.decode(),
        set_name=given.set_name.decode(), now=given.now / 1e9)
    if not given.exists:
        return read
    groups = [given.groups[i] for i in range(given.current_replicas)] if given.groups else [0] * given.current_replicas
    read.current_replicas = given.current_replicas
    read.current_partition = given.current_partition
    read.replicas_annotation = given.replicas_annotation if given.has_replicas_annotation else None
    read.on_delete = bool(given.on_delete)
    read.ready = [bool(group & _READY) for group in groups]
    read.updated = [bool(group & _UPDATED) for group in groups]
    return read


def _write_step(step: RolloutStep, out: Any) -> None:
    look_again_in = -1
    if step.look_again_in is not None:
        look_again_in = _nanoseconds(step.look_again_in, "look_again_in")
        if look_again_in < 0:
            raise ValueError(f"look_again_in: {step.look_again_in} is in the past")
    out.partition = _int32(step.partition, "partition")
    out.replicas = _int32(step.replicas, "replicas")
    out.on_delete = bool(step.on_delete)
    out.look_again_in = look_again_in


@dataclasses.dataclass
class RestartFailure:
    """A container that failed, as a restart function sees it. Worker 0 is the leader.

    `exit_code` and `reason` are None when it is not known how the container ended. `now` is in seconds since 1970.
    """

    namespace: str
    set_name: str
    group: int
    worker: int
    exit_code: Optional[int]
    reason: Optional[str]
    pod_restarts: int
    group_restarts: int
    now: float


def _read_failure(given: _RestartFailure) -> RestartFailure:
    return RestartFailure(
        namespace=given.namespace_name.decode(), set_name=given.set_name.decode(), group=given.group,
        worker=given.worker, exit_code=given.exit_code if given.has_end else None,
        reason=given.reason.decode() if given.has_end else None, pod_restarts=given.pod_restarts,
        group_restarts=given.group_restarts, now=given.now / 1e9)


class Policy(_Handle):
    """How sets are decided on.

    `rollout` is "reference", "keep-budget", "replace-unready-first", or a function from RolloutInput to RolloutStep.
    `role_policy` is how DisaggregatedSets are rolled out: "keep-role-budgets" or, for "", as the reference does.
    controls and restarts are documents as scenario files have them. `restart` is a function from RestartFailure to
    "ignore", "restart-group" or "fail-set", in place of the rules of `restarts`. An exception of a function is raised
    again by the call that asked it; nothing has then changed, and the next decision asks again. Threads may share a
    policy.
    """

    def __init__(self, rollout: Any = "reference", controls: Optional[Document] = None,
                 restarts: Optional[Document] = None, scheduler_provider: str = "", role_policy: str = "",
                 restart: Optional[Callable[[RestartFailure], str]] = None):
        if not callable(rollout) and not isinstance(rollout, str):
            raise TypeError(f"rollout is a name or a function, but not a {type(rollout).__name__}")
        if restart is not None and not callable(restart):
            raise TypeError(f"restart is a function, but not a {type(restart).__name__}")
        document: Document = {"schedulerProvider": scheduler_provider, "rolePolicy": role_policy}
        if controls is not None:
            document["controls"] = controls
        if restarts is not None:
            document["restarts"] = restarts
        self._handle: Optional[ctypes.c_void_p] = ctypes.c_void_p()
        self._calls = threading.local()  # `raised` is what a function raised in the present call of this thread
        self._functions = _PolicyFunctions()
        if callable(rollout):
            self._functions.rollout = _RolloutFunction(self._wrap(rollout))
        else:
            document["policy"] = rollout
        if restart is not None:
            self._functions.restart = _RestartFunction(self._wrap_restart(restart))
        _call(_library.lws_policy_new_with_functions, *_bytes(document), ctypes.byref(self._functions),
              ctypes.byref(self._handle))

    def _wrap(self, function: Callable[[RolloutInput], RolloutStep]) -> Callable[..., int]:
        def asked(_: Any, given: Any, out: Any) -> int:
            try:
                _write_step(function(_read_input(given.contents)), out.contents)
                return 0
            except BaseException as raised:  # No exception may pass through the library.
                self._note(raised)
                return 9  # FAILED_PRECONDITION

        return asked

    def _wrap_restart(self, function: Callable[[RestartFailure], str]) -> Callable[..., int]:
        def asked(_: Any, given: Any) -> int:
            try:
                return _RESTART_ACTIONS[function(_read_failure(given.contents))]
            except BaseException as raised:  # No exception may pass through the library.
                self._note(raised)
                return _RESTART_ERROR

        return asked

    def _note(self, raised: BaseException) -> None:
        self._calls.raised = getattr(self._calls, "raised", None) or raised

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            _library.lws_policy_free(self._handle)
            self._handle = None


def _decided(policy: Optional[Policy], decide: Callable[[Any], bytes]) -> bytes:
    """The answer of a decision by the policy, or the exception that the policy's function raised."""
    if policy is None:
        return decide(None)
    if not isinstance(policy, Policy):
        raise TypeError(f"policy is a lws.Policy, but not a {type(policy).__name__}")
    # A function may itself decide by the policy.
    outer = getattr(policy._calls, "raised", None)
    policy._calls.raised = None
    try:
        return decide(policy._handle)
    finally:
        raised, policy._calls.raised = policy._calls.raised, outer
        if raised is not None:
            raise raised


def admit_set(manifest: Document, old_set: Optional[Document] = None) -> Document:
    """The set as the API server would store it; `old_set` is the stored one of an update. Raises AdmissionRefused."""
    admission = _read(_answer(_library.lws_admit_set, *_bytes(manifest), *_bytes(old_set)))
    if not admission["admitted"]:
        raise AdmissionRefused(admission["stage"], admission["errors"])
    admitted: Document = admission["set"]
    return admitted


def admit_pod(pod: Document, scheduler_provider: str = "") -> Document:
    """The pod as it is to be created: with the labels, affinity and environment of its group's member."""
    return _read(_answer(_library.lws_admit_pod, *_bytes(pod), _name(scheduler_provider)))


def _decide(function: Any, objects: Sequence[Document], namespace: str, name: str, now: float,
            policy: Optional[Policy], kept: Optional[str]) -> Document:
    kept_bytes = base64.b64decode(kept, validate=True) if kept else None
    plan = _read(
        _decided(
            policy, lambda handle: _answer(function, *_objects(objects), _JSON, _name(namespace), _name(name),
                                           ctypes.c_int64(_nanoseconds(now, "now")), handle, *_bytes(kept_bytes),
                                           _JSON | _WITH_DECISIONS)))
    if kept:
        plan.setdefault("kept", kept)
    return plan


def decide_set(objects: Sequence[Document], namespace: str, name: str, now: float = 0.0,
               policy: Optional[Policy] = None, kept: Optional[str] = None) -> Document:
    """The plan for the set, given all objects that are there.

    `kept` is plan.get("kept") of the last plan of this set. Without it canaries and deadlines begin again at each look.
    """
    return _decide(_library.lws_decide_set, objects, namespace, name, now, policy, kept)


def decide_pod(objects: Sequence[Document], namespace: str, name: str, now: float = 0.0,
               policy: Optional[Policy] = None, kept: Optional[str] = None) -> Document:
    """The plan for the pod, given all objects that are there.

    `kept` is plan.get("kept") of the last plan of a pod of this group. Without it a restart policy forgets how often it
    restarted the group.
    """
    return _decide(_library.lws_decide_pod, objects, namespace, name, now, policy, kept)


def decide_disaggregated_set(objects: Sequence[Document], namespace: str, name: str, now: float = 0.0,
                             policy: Optional[Policy] = None) -> Document:
    """The plan for the DisaggregatedSet, given all objects that are there."""
    return _read(
        _decided(
            policy, lambda handle: _answer(_library.lws_decide_disaggregated_set, *_objects(objects),
                                           _name(namespace), _name(name),
                                           ctypes.c_int64(_nanoseconds(now, "now")), handle,
                                           _JSON | _WITH_DECISIONS)))


def plan_rollout(given: RolloutInput, policy: str = "reference") -> RolloutStep:
    """One step of a rolling update by the named policy, on integers alone."""
    raw = _RolloutInput(
        replicas=_int32(given.replicas, "replicas"), surge=_int32(given.surge, "surge"),
        unavailable=_int32(given.unavailable, "unavailable"),
        spec_partition=_int32(given.spec_partition, "spec_partition"), updated=given.template_changed,
        namespace_name=_name(given.namespace), set_name=_name(given.set_name), now=_nanoseconds(given.now, "now"))
    if given.current_replicas is not None:
        if len(given.ready) != given.current_replicas or len(given.updated) != given.current_replicas:
            raise ValueError("ready and updated need a value for each of the current_replicas groups")
        groups = [(_READY if ready else 0) | (_UPDATED if updated else 0)
                  for ready, updated in zip(given.ready, given.updated)]
        raw.exists = 1
        raw.current_replicas = _int32(given.current_replicas, "current_replicas")
        raw.current_partition = _int32(given.current_partition or 0, "current_partition")
        raw.on_delete = given.on_delete
        raw.has_replicas_annotation = given.replicas_annotation is not None
        raw.replicas_annotation = given.replicas_annotation or 0
        raw.groups = (ctypes.c_uint8 * len(groups))(*groups)
    step = _RolloutStep()
    _call(_library.lws_plan_rollout, _name(policy), ctypes.byref(raw), ctypes.byref(step))
    return RolloutStep(step.partition, step.replicas, bool(step.on_delete),
                       None if step.look_again_in < 0 else step.look_again_in / 1e9)


def place(sets: Sequence[Document], nodes: Sequence[Document], levels: Sequence[str],
          pods: Sequence[Document] = (), **constraints: Any) -> List[Document]:
    """A node for every pod of every group, or why there is none.

    `levels` are node labels, widest first. Constraints are required, preferred, subgroup, exclusive and profile, which
    are texts, keepEmpty, which is a bool, and cuboid, which is a dict as in lws.h.
    """
    request: Document = {"sets": list(sets), "nodes": list(nodes), "levels": list(levels), "pods": list(pods),
                         **constraints}
    groups: List[Document] = _read(_answer(_library.lws_place, *_bytes(request)))["groups"]
    return groups


class Capacity(_Handle):
    """Nodes and what is free on them, kept between requests. One thread at a time."""

    def __init__(self, nodes: Sequence[Document], levels: Sequence[str], pods: Sequence[Document] = ()):
        self._handle: Optional[ctypes.c_void_p] = ctypes.c_void_p()
        cluster = {"nodes": list(nodes), "levels": list(levels), "pods": list(pods)}
        _call(_library.lws_capacity_new, *_bytes(cluster), ctypes.byref(self._handle))

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            _library.lws_capacity_free(self._handle)
            self._handle = None

    def place(self, sets: Sequence[Document], **constraints: Any) -> List[Document]:
        """As the function place. Groups that fit hold their nodes until they are released."""
        request: Document = {"sets": list(sets), **constraints}
        groups: List[Document] = _read(_answer(_library.lws_capacity_place, self._handle, *_bytes(request)))["groups"]
        return groups

    def release(self, namespace: str, set_name: str, group: int) -> None:
        """The group gives its nodes back."""
        _call(_library.lws_capacity_release, self._handle, _name(namespace), _name(set_name),
              ctypes.c_int32(_int32(group, "group")))

    def use_pods(self, pods: Sequence[Document]) -> None:
        """Pods that came otherwise take their room."""
        _call(_library.lws_capacity_use_pods, self._handle, *_bytes(list(pods)))


class Fleet(_Handle):
    """Many sets, kept ready to decide. One thread at a time."""

    def __init__(self) -> None:
        self._handle: Optional[ctypes.c_void_p] = ctypes.c_void_p(_library.lws_fleet_new())
        if not self._handle:
            raise MemoryError("a fleet")

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            _library.lws_fleet_free(self._handle)
            self._handle = None

    def add(self, document: Document) -> None:
        """The object is there, as told."""
        _call(_library.lws_fleet_add, self._handle, *_bytes(document))

    def remove(self, kind: str, namespace: str, name: str) -> None:
        """The object is gone."""
        _call(_library.lws_fleet_remove, self._handle, _name(kind), _name(namespace), _name(name))

    def load(self, objects: Union[bytes, Sequence[Document]]) -> None:
        """All objects of the list are there, or those of a lws.v1.ClusterStateProto as bytes. An error changes nothing."""
        if isinstance(objects, bytes):
            _call(_library.lws_fleet_load, self._handle, *_bytes(objects), _PROTOBUF)
        else:
            _call(_library.lws_fleet_load, self._handle, *_objects(objects), _JSON)

    def save(self) -> bytes:
        """The whole fleet, for load_saved of the next process."""
        return _answer(_library.lws_fleet_save, self._handle)

    def load_saved(self, saved: bytes) -> None:
        """Puts what was saved in the place of all that the fleet knew."""
        _call(_library.lws_fleet_load_saved, self._handle, *_bytes(saved))

    def save_kept(self) -> bytes:
        """What is to be kept of rollouts and restarts, for load_kept of the next process."""
        return _answer(_library.lws_fleet_save_kept, self._handle)

    def load_kept(self, kept: bytes) -> None:
        """Called before the first decision."""
        _call(_library.lws_fleet_load_kept, self._handle, *_bytes(kept))

    def take_due(self) -> Document:
        """The sets and pods that something changed for since the last call."""
        return _read(_answer(_library.lws_fleet_take_due, self._handle))

    def decide_set(self, namespace: str, name: str, now: float = 0.0, policy: Optional[Policy] = None) -> Document:
        """The plan for the set."""
        return self._decide(_library.lws_fleet_decide_set, namespace, name, now, policy)

    def decide_pod(self, namespace: str, name: str, now: float = 0.0, policy: Optional[Policy] = None) -> Document:
        """The plan for the pod."""
        return self._decide(_library.lws_fleet_decide_pod, namespace, name, now, policy)

    def _decide(self, function: Any, namespace: str, name: str, now: float, policy: Optional[Policy]) -> Document:
        return _read(
            _decided(
                policy, lambda handle: _answer(function, self._handle, _name(namespace), _name(name),
                                               ctypes.c_int64(_nanoseconds(now, "now")), handle,
                                               _JSON | _WITH_DECISIONS)))


class Report:
    """What is to be said of a scenario. `document` has all of it; a notebook shows the page."""

    def __init__(self, document: Document):
        self.document = document
        self.finished: bool = document["finished"]
        self.seconds: float = document["seconds"]
        self.lowest_ready: Optional[int] = document["lowestReady"]
        self.promised_ready: int = document["promisedReady"]
        self.counted_on: int = document["countedOn"]
        self.groups_restarted: int = document["groupsRestarted"]
        self.surge_used: int = document["surgeUsed"]
        self.pods_created: int = document["podsCreated"]
        self.timeline: List[Document] = document["timeline"]
        self.unmet: List[str] = document["unmet"]

    def __repr__(self) -> str:
        return (f"Report(finished={self.finished}, seconds={self.seconds}, lowest_ready={self.lowest_ready}, "
                f"promised_ready={self.promised_ready}, groups_restarted={self.groups_restarted})")

    def _repr_html_(self) -> str:
        page: str = self.document["html"]
        return page


def run_scenario(manifest: Document, scenario: Optional[Document] = None, seed: int = 1,
                 policy: Optional[Policy] = None) -> Report:
    """Runs the manifest's set in a simulated cluster. Without a scenario its image changes and a worker fails."""
    return Report(
        _read(
            _decided(
                policy, lambda handle: _answer(_library.lws_run_scenario, *_bytes(manifest), *_bytes(scenario),
                                               ctypes.c_uint64(seed), handle))))


@dataclasses.dataclass
class RolloutCheck:
    """What a check found. broken_law is "" when all laws are kept; `trace` is a shortest way to break it."""

    states: int
    transitions: int
    complete: bool
    broken_law: str
    trace: str


def check_rollout(policy: Optional[Policy] = None, replicas: int = 1, max_surge: int = 0, max_unavailable: int = 1,
                  partition: int = 0, faults: int = 0, edits: int = 0, lag: bool = False,
                  from_every_state: bool = False, order: str = "any", states: int = 1000000) -> RolloutCheck:
    """Whether the policy's rollouts keep the promise of a budget, whatever happens."""
    world = {"replicas": replicas, "maxSurge": max_surge, "maxUnavailable": max_unavailable, "partition": partition,
             "faults": faults, "edits": edits, "lag": lag, "fromEveryState": from_every_state, "order": order,
             "states": states}
    found = _read(_decided(policy, lambda handle: _answer(_library.lws_check_rollout, *_bytes(world), handle)))
    return RolloutCheck(found["states"], found["transitions"], found["complete"], found["brokenLaw"], found["trace"])
