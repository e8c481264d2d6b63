// Reads what decisions need of the objects that the simulated API server tells. What a change left as it was is not
// read again: a pod is read without its document, and with the same metadata, only its new spec or status. If the
// status of a StatefulSet or a set is all that changed, the status alone is read.
//
//   lws::internal::StoredObjectReader reader;
//   absl::StatusOr<lws::ObservedObject> observed = reader.Read(change);
//
// Laws:
//   1. After every change of an object was read, in order, Read gives what ReadObservedObject gives of the document of
//      `change.after`.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_STORED_OBJECT_READER_H_
#define LWS_ADAPTERS_SIMULATION_STORED_OBJECT_READER_H_

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "lws/adapters/simulation/kubernetes/api_server.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/observed.h"
#include "lws/api/observed_object.h"

namespace lws::internal {

class StoredObjectReader {
 public:
  // REQUIRES: `change.after` is not null. Errors: as ReadObservedObject.
  absl::StatusOr<ObservedObject> Read(const simulation::ObjectChange& change);
  // The object is gone.
  void Forget(const ObjectRef& key);

 private:
  // As they were last read.
  absl::flat_hash_map<ObjectRef, ObservedPod> pods_;
  absl::flat_hash_map<ObjectRef, ObservedStatefulSet> statefulsets_;
  absl::flat_hash_map<ObjectRef, LeaderWorkerSet> sets_;
};

}  // namespace lws::internal

#endif  // LWS_ADAPTERS_SIMULATION_STORED_OBJECT_READER_H_
