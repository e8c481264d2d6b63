// An object as the simulated API server holds it: its members stand apart, and the versions of an object share those
// that are the same in both. A new status costs what the status costs, however large the spec is.
//
//   lws::simulation::StoredObject next = *stored_pod;    // shares every member
//   next.Edit("spec")["priority"] = 1;                   // has a spec of its own now
//   next.SharesWith(*stored_pod, "metadata");    // true
//
// A field that changes alone, such as a pod's node, is set apart from its member: the rest of the member stays shared.
//
//   next.SetApart("spec", "nodeName", "node-0");
//   next.Field("spec", "nodeName");    // "node-0"
//
// Laws:
//   1. Document() of an object that was made of a document equals this document, whatever was edited in between in
//      objects that share members with it.
//   2. Copying an object copies no member.
//   3. meta() equals what is read of metadata and kind as they are now, whatever was edited in between.
//   4. Document() is the same whether a field was set apart or edited.
//
// Thread-safety: none.
#ifndef LWS_ADAPTERS_SIMULATION_KUBERNETES_STORED_OBJECT_H_
#define LWS_ADAPTERS_SIMULATION_KUBERNETES_STORED_OBJECT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "lws/api/json.h"
#include "lws/api/object_ref.h"

namespace lws::simulation {

// What the parts of the cluster ask of every object, read once for each version of its metadata. What is absent, or of
// another type, is empty, null or false.
struct StoredMeta {
  ObjectRef key;
  std::string uid;
  int64_t generation = 0;
  bool is_deleting = false;  // it has a deletion timestamp
  // Borrowed from the metadata.
  const Json* owners;      // the list of its owner references; null JSON when it has none
  const Json* controller;  // the first of them that controls it; null when there is none
  const Json* finalizers;  // null JSON when it has none
  const Json* labels;      // null JSON when it has none
};

class StoredObject {
 public:
  // Takes the members out of the document. One that is no JSON object has none. Implicit, since a document is what it
  // says.
  StoredObject(Json document);  // NOLINT(google-explicit-constructor)

  // The member of that name as it is shared; null when there is none. Fields that were set apart are not in it, or have
  // the value there that they had before: ask Field for them. `metadata` lacks its resourceVersion, which each version
  // of an object has for itself. Valid until the member is edited.
  const Json& operator[](absl::string_view member) const;

  // The field of a member, set apart or not; null when there is none. Valid until the member is edited.
  const Json& Field(absl::string_view member, absl::string_view field) const;

  // Whether both have an equal member, or none.
  bool HasEqual(const StoredObject& other, absl::string_view member) const;

  // What the metadata and the kind say. Valid until one of them is edited, and as long as an object that shares them.
  // Complexity: O(metadata) at the first call for a version of the metadata.
  const StoredMeta& meta() const;

  // Whether both have the very same member, or none. Equal members may stand apart.
  bool SharesWith(const StoredObject& other, absl::string_view member) const;

  // The member, to write into: a null one where there was none. It is copied if other objects share it. The reference
  // is not to be written into after meta() or Document() was asked for.
  Json& Edit(absl::string_view member);
  void Set(absl::string_view member, Json value);
  // Sets a field of the member, which stays shared. REQUIRES: `member` and `field` are literals.
  void SetApart(const char* member, const char* field, Json value);
  // Replaces the member by that of `other`, and shares it.
  void Share(const StoredObject& other, absl::string_view member);

  const std::string& resource_version() const { return resource_version_; }
  void SetResourceVersion(std::string version);

  // The whole document. It is put together at the first call, and kept. Complexity: O(object).
  SharedJson Document() const;

  // Whether Document() was called.
  bool is_whole() const { return document_ != nullptr; }

  // The names of the members, in no order. Borrowed.
  std::vector<absl::string_view> Members() const;

 private:
  struct StoredMember {
    std::string name;
    std::shared_ptr<Json> value;
  };

  // A field that was set apart from its member.
  struct Apart {
    const char* member;
    const char* field;
    std::shared_ptr<const Json> value;
  };

  const std::shared_ptr<Json>* Find(absl::string_view member) const;
  const Apart* FindApart(absl::string_view member, absl::string_view field) const;
  bool HasApart(absl::string_view member) const;
  // Writes the fields that were set apart into a copy of the member.
  void PutApart(absl::string_view member, Json* value) const;
  void ForgetApart(absl::string_view member);
  std::shared_ptr<Json>& At(absl::string_view member);
  // What was read of the member is not valid any more.
  void Forget(absl::string_view member);

  std::vector<StoredMember> members_;  // few, in no order
  std::vector<Apart> apart_;           // the same
  std::string resource_version_;
  mutable SharedJson document_;
  mutable std::shared_ptr<const StoredMeta> meta_;
};

using SharedObject = std::shared_ptr<const StoredObject>;

}  // namespace lws::simulation

#endif  // LWS_ADAPTERS_SIMULATION_KUBERNETES_STORED_OBJECT_H_
