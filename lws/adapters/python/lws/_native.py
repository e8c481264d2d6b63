"""The library behind the package: how it is found, its structs, and one function for each way to call it."""

import ctypes
import json
import operator
import os
from typing import Any, Dict, List, Mapping, Sequence

# A document as json and yaml give it.
Document = Dict[str, Any]

_ABI_VERSION = 0
_JSON = 0
_PROTOBUF = 1
_WITH_DECISIONS = 256
_READY = 1
_UPDATED = 2


class Error(Exception):
    """Broken input, or a contract that was not kept. `code` is the name of the status, such as INVALID_ARGUMENT."""

    def __init__(self, code: str, message: str):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class AdmissionRefused(Exception):
    """Admission refused a manifest. `errors` are dicts with field and detail."""

    def __init__(self, stage: str, errors: List[Dict[str, str]]):
        super().__init__("; ".join(f"{error['field']}: {error['detail']}" for error in errors))
        self.stage = stage
        self.errors = errors


# Users know the exceptions by the package.
Error.__module__ = AdmissionRefused.__module__ = "lws"


class _Text(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t), ("capacity", ctypes.c_size_t)]


class _RolloutInput(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int32) for name in (
        "replicas", "surge", "unavailable", "spec_partition", "updated", "exists", "current_replicas",
        "current_partition", "on_delete", "has_replicas_annotation")] + [
            ("replicas_annotation", ctypes.c_int64),
            ("groups", ctypes.POINTER(ctypes.c_uint8)),
            ("namespace_name", ctypes.c_char_p),
            ("set_name", ctypes.c_char_p),
            ("now", ctypes.c_int64),
        ]


class _RolloutStep(ctypes.Structure):
    _fields_ = [("partition", ctypes.c_int32), ("replicas", ctypes.c_int32), ("on_delete", ctypes.c_int32),
                ("look_again_in", ctypes.c_int64)]


_RolloutFunction = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.POINTER(_RolloutInput),
                                    ctypes.POINTER(_RolloutStep))


class _RestartFailure(ctypes.Structure):
    _fields_ = [("namespace_name", ctypes.c_char_p), ("set_name", ctypes.c_char_p), ("group", ctypes.c_int32),
                ("worker", ctypes.c_int32), ("has_end", ctypes.c_int32), ("exit_code", ctypes.c_int32),
                ("reason", ctypes.c_char_p), ("pod_restarts", ctypes.c_int64), ("group_restarts", ctypes.c_int32),
                ("reserved", ctypes.c_int32), ("now", ctypes.c_int64)]


_RestartFunction = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.POINTER(_RestartFailure))
# The names of rules and those of the command line.
_RESTART_ACTIONS = {"ignore": 0, "restart-group": 1, "restartGroup": 1, "fail-set": 2, "failSet": 2}
_RESTART_ERROR = -1


class _PolicyFunctions(ctypes.Structure):
    _fields_ = [("rollout", _RolloutFunction), ("restart", _RestartFunction), ("user_data", ctypes.c_void_p)]


def _find() -> ctypes.CDLL:
    named = os.environ.get("LWS_LIBRARY")
    names = [named] if named else [f"liblws-testing.so.{_ABI_VERSION}", f"liblws.so.{_ABI_VERSION}"]
    problems = []
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError as problem:
            problems.append(str(problem))
    raise ImportError("the library of lws is not found: install the package liblws-testing, or set LWS_LIBRARY to the path "
                      "of liblws-testing.so; " + "; ".join(problems))


def _load() -> ctypes.CDLL:
    library = _find()
    library.lws_abi_version.restype = ctypes.c_uint32
    if library.lws_abi_version() != _ABI_VERSION:
        raise ImportError(f"liblws.so has the ABI version {library.lws_abi_version()}, not {_ABI_VERSION}")
    library.lws_version.restype = ctypes.c_char_p
    library.lws_code_name.restype = ctypes.c_char_p
    library.lws_fleet_new.restype = ctypes.c_void_p
    library.lws_fleet_free.restype = None
    library.lws_policy_free.restype = None
    library.lws_capacity_free.restype = None
    library.lws_text_free.restype = None
    return library


_library = _load()


def _check(code: int, error: _Text) -> None:
    try:
        if code != 0:
            message = ctypes.string_at(error.data, error.size).decode(errors="replace") if error.data else ""
            raise Error(_library.lws_code_name(code).decode(), message)
    finally:
        _library.lws_text_free(ctypes.byref(error))


def _call(function: Any, *arguments: Any) -> None:
    error = _Text()
    _check(function(*arguments, ctypes.byref(error)), error)


def _answer(function: Any, *arguments: Any) -> bytes:
    out = _Text()
    try:
        _call(function, *arguments, ctypes.byref(out))
        return ctypes.string_at(out.data, out.size) if out.data else b""
    finally:
        _library.lws_text_free(ctypes.byref(out))


def _read(answer: bytes) -> Document:
    document: Document = json.loads(answer)
    return document


def _int32(value: Any, what: str) -> int:
    """The whole number, which the library takes in 32 bits."""
    number = operator.index(value)
    if not -2**31 <= number < 2**31:
        raise OverflowError(f"{what}: {number} does not fit 32 bits")
    return number


def _nanoseconds(seconds: float, what: str) -> int:
    """The time or duration as the library takes it, in 64 bits."""
    nanoseconds = int(seconds * 1e9)
    if not -2**63 <= nanoseconds < 2**63:
        raise OverflowError(f"{what}: {seconds} seconds do not fit 64 bits of nanoseconds")
    return nanoseconds


def _name(text: Any) -> bytes:
    """The name for the library, for which a null character would end it."""
    if not isinstance(text, str):
        raise TypeError(f"a name is a str, but not a {type(text).__name__}")
    if "\0" in text:
        raise ValueError(f"a name with a null character: {text!r}")
    return text.encode()


def _objects(objects: Any) -> List[Any]:
    """The bytes of a list of objects and their number."""
    if isinstance(objects, (bytes, str, Mapping)):
        raise TypeError(f"objects are a list of dicts, but not a {type(objects).__name__}")
    listed: Sequence[Any] = list(objects)
    return _bytes(listed)


class _Handle:
    """What owns something of the library, which would be freed twice after a copy."""

    _handle: Any = None

    def _refuse(self, *_: Any) -> Any:
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled")

    __copy__ = __deepcopy__ = __reduce_ex__ = _refuse


def _bytes(document: Any) -> List[Any]:
    """The bytes of a document and their number, as two arguments of a call."""
    if document is None:
        return [None, ctypes.c_size_t(0)]
    if isinstance(document, str):
        raise TypeError("a document is a dict, as json.loads and yaml.safe_load return it, or bytes of JSON, but not a str")
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return [data, ctypes.c_size_t(len(data))]
