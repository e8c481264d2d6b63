"""The rules of C++ for the library's own targets, which say themselves that they are C++17.

A workspace that uses this one therefore needs no option of ours. Generated protocol buffers are C++11 and need none.
"""

load("@rules_cc//cc:defs.bzl", _cc_binary = "cc_binary", _cc_library = "cc_library", _cc_proto_library = "cc_proto_library")

_CXX17 = ["-std=c++17"]

def cc_library(copts = [], **kwargs):
    _cc_library(copts = _CXX17 + copts, **kwargs)

def cc_binary(copts = [], **kwargs):
    _cc_binary(copts = _CXX17 + copts, **kwargs)

cc_proto_library = _cc_proto_library
