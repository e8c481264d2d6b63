// copies FIRST.so SECOND.so: a program that links the library, and protobuf with its descriptors, loads two more copies
// of the library. All three decide, alike, and descriptors go on to work.
#include <dlfcn.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/struct.pb.h"
#include "lws/adapters/c/lws.h"

namespace {

constexpr char kSet[] =
    R"({"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet",
        "metadata": {"name": "demo", "namespace": "default", "uid": "u"},
        "spec": {"replicas": 2, "leaderWorkerTemplate": {"size": 2, "workerTemplate": {"spec": {}}}}})";

struct Library {
  lws_fleet* (*fleet_new)();
  void (*fleet_free)(lws_fleet*);
  lws_code (*fleet_add)(lws_fleet*, const char*, size_t, lws_text*);
  lws_code (*decide)(lws_fleet*, const char*, const char*, int64_t, const lws_policy*, lws_format, lws_text*,
                     lws_text*);
  void (*text_free)(lws_text*);
};

template <typename Function>
bool Find(void* handle, const char* name, Function* function) {
  *function = reinterpret_cast<Function>(dlsym(handle, name));
  return *function != nullptr;
}

bool Load(const char* path, int flags, Library* library) {
  void* handle = dlopen(path, flags);
  if (handle == nullptr) std::fprintf(stderr, "%s\n", dlerror());
  return handle != nullptr && Find(handle, "lws_fleet_new", &library->fleet_new) &&
         Find(handle, "lws_fleet_free", &library->fleet_free) && Find(handle, "lws_fleet_add", &library->fleet_add) &&
         Find(handle, "lws_fleet_decide_set", &library->decide) && Find(handle, "lws_text_free", &library->text_free);
}

// The plan's bytes, empty on an error.
std::string Decide(const Library& library, lws_format format) {
  lws_text plan = {};
  lws_text error = {};
  lws_fleet* fleet = library.fleet_new();
  if (library.fleet_add(fleet, kSet, std::strlen(kSet), &error) == LWS_OK) {
    library.decide(fleet, "default", "demo", 0, nullptr, format, &plan, &error);
  }
  library.fleet_free(fleet);
  std::string bytes(plan.data == nullptr ? "" : plan.data, plan.size);
  library.text_free(&plan);
  library.text_free(&error);
  return bytes;
}

bool DescriptorsWork() {
  google::protobuf::Struct document;
  (*document.mutable_fields())["a"].set_number_value(1);
  return document.GetDescriptor()->full_name() == "google.protobuf.Struct" && !document.DebugString().empty() &&
         google::protobuf::FileDescriptorProto::descriptor()->field_count() > 5;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const Library own = {lws_fleet_new, lws_fleet_free, lws_fleet_add, lws_fleet_decide_set, lws_text_free};
  Library first;
  Library second;
  if (!DescriptorsWork()) return 1;
  // One seen by all, as Python's ctypes and plugins may load it.
  if (!Load(argv[1], RTLD_NOW | RTLD_GLOBAL, &first) || !Load(argv[2], RTLD_NOW | RTLD_LOCAL, &second)) return 1;
  if (first.decide == second.decide || first.decide == own.decide) {
    std::fprintf(stderr, "the copies are one\n");
    return 1;
  }
  for (const lws_format format : {LWS_JSON, LWS_PROTOBUF}) {
    const std::string plan = Decide(own, format);
    const bool alike = !plan.empty() && Decide(first, format) == plan && Decide(second, format) == plan;
    if (alike && plan.find("ControllerRevision") != std::string::npos) continue;
    std::fprintf(stderr, "the copies decide otherwise:\n%s\n", plan.c_str());
    return 1;
  }
  if (!DescriptorsWork()) return 1;
  std::puts("three copies decide alike");
  return 0;
}
