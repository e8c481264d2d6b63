#include "lws/api/mount_validation.h"

#include <set>
#include <string>

#include "lws/api/field_checks.h"
#include "lws/api/path_rules.h"

namespace lws::internal {
namespace {

constexpr const char* kPropagations[] = {"Bidirectional", "HostToContainer", "None", nullptr};
constexpr const char* kRecursiveReadOnly[] = {"Disabled", "Enabled", "IfPossible", nullptr};

// The names and paths of a list. When two items share a name, the path of the last one counts.
struct NamesAndPaths {
  std::set<std::string> names;
  std::set<std::string> paths;
};

NamesAndPaths Gather(const FieldValue& list, const char* path) {
  NamesAndPaths gathered;
  std::map<std::string, std::string> last;
  for (const FieldValue& item : list.Items()) last[item["name"].Text()] = item[path].Text();
  for (const auto& [name, text] : last) {
    gathered.names.insert(name);
    gathered.paths.insert(text);
  }
  return gathered;
}

void CheckPropagation(const FieldValue& propagation, const FieldValue& container, FieldErrors* errors) {
  CheckOneOf(propagation, kPropagations, errors);
  if (propagation.Text() != "Bidirectional" || container["securityContext"]["privileged"].Flag()) return;
  errors->push_back(
      FieldForbidden(propagation.path(), "Bidirectional mount propagation is available only to privileged containers"));
}

void CheckRecursiveReadOnly(const FieldValue& mount, const std::string& path, FieldErrors* errors) {
  const FieldValue value = mount["recursiveReadOnly"].Named(path);
  CheckOneOf(value, kRecursiveReadOnly, errors);
  if (value.Text() != "Enabled" && value.Text() != "IfPossible") return;
  if (!mount["readOnly"].Flag()) errors->push_back(FieldForbidden(path, "may only be specified when readOnly is true"));
  if (mount["mountPropagation"].TextOr("None") != "None") {
    errors->push_back(FieldForbidden(path, "may only be specified when mountPropagation is None or not specified"));
  }
}

void CheckMountIdentity(const FieldValue& mount, const UsableVolumes& volumes, std::set<std::string>* paths,
                        FieldErrors* errors) {
  CheckRequired(mount["name"], errors);
  if (volumes.count(mount["name"].Text()) == 0) errors->push_back(FieldValueNotFound(mount["name"]));
  CheckRequired(mount["mountPath"], errors);
  const std::string path = mount["mountPath"].Text();
  if (!paths->insert(path).second) {
    errors->push_back(FieldInvalidText(mount["mountPath"].path(), path, "must be unique"));
  }
}

void CheckOverlap(const FieldValue& item, const char* path, const NamesAndPaths& others, const char* list,
                  FieldErrors* errors) {
  const std::string name = item["name"].Text();
  const std::string text = item[path].Text();
  if (others.names.count(name) > 0) {
    errors->push_back(FieldInvalidText(item["name"].path(), name, std::string("must not already exist in ") + list));
  }
  if (others.paths.count(text) > 0) {
    errors->push_back(
        FieldInvalidText(item[path].path(), text, std::string("must not already exist as a path in ") + list));
  }
}

// For these fields the API server's errors name the list instead of the mount.
void CheckSubPaths(const FieldValue& mount, const FieldValue& list, FieldErrors* errors) {
  CheckText(mount["subPath"].Named(list["subPath"].path()), DescendingPathErrors, errors);
  const std::string expression = mount["subPathExpr"].Text();
  if (!expression.empty() && !mount["subPath"].Text().empty()) {
    errors->push_back(FieldValueInvalid(mount["subPathExpr"], "subPathExpr and subPath are mutually exclusive"));
  }
  CheckText(mount["subPathExpr"].Named(list["subPathExpr"].path()), DescendingPathErrors, errors);
}

void CheckVolumeMounts(const FieldValue& container, const UsableVolumes& volumes, FieldErrors* errors) {
  const FieldValue list = container["volumeMounts"];
  const NamesAndPaths devices = Gather(container["volumeDevices"], "devicePath");
  std::set<std::string> paths;
  for (const FieldValue& mount : list.Items()) {
    CheckMountIdentity(mount, volumes, &paths, errors);
    CheckOverlap(mount, "mountPath", devices, "volumeDevices", errors);
    CheckSubPaths(mount, list, errors);
    CheckPropagation(mount["mountPropagation"].Named(list["mountPropagation"].path()), container, errors);
    CheckRecursiveReadOnly(mount, list["recursiveReadOnly"].path(), errors);
  }
}

void CheckDeviceName(const FieldValue& name, const UsableVolumes& volumes, std::set<std::string>* names,
                     FieldErrors* errors) {
  const std::string text = name.Text();
  CheckRequired(name, errors);
  if (names->count(text) > 0) errors->push_back(FieldValueInvalid(name, "must be unique"));
  const auto volume = volumes.find(text);
  if (volume == volumes.end()) {
    errors->push_back(FieldValueNotFound(name));
  } else if (!volume->second) {
    errors->push_back(FieldValueInvalid(
        name, "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"));
  }
  if (!text.empty()) names->insert(text);
}

void CheckDevicePath(const FieldValue& path, std::set<std::string>* paths, FieldErrors* errors) {
  const std::string text = path.Text();
  CheckRequired(path, errors);
  if (paths->count(text) > 0) errors->push_back(FieldInvalidText(path.path(), text, "must be unique"));
  if (BackstepPathErrors(text).empty()) {
    paths->insert(text);
  } else {
    errors->push_back(FieldValueInvalid(path, "can not contain backsteps ('..')"));
  }
}

void CheckVolumeDevices(const FieldValue& container, const UsableVolumes& volumes, FieldErrors* errors) {
  const NamesAndPaths mounts = Gather(container["volumeMounts"], "mountPath");
  std::set<std::string> names;
  std::set<std::string> paths;
  for (const FieldValue& device : container["volumeDevices"].Items()) {
    CheckDeviceName(device["name"], volumes, &names, errors);
    CheckDevicePath(device["devicePath"], &paths, errors);
    CheckOverlap(device, "devicePath", mounts, "volumeMounts", errors);
  }
}

}  // namespace

void CheckMounts(const FieldValue& container, const UsableVolumes& volumes, FieldErrors* errors) {
  CheckVolumeMounts(container, volumes, errors);
  CheckVolumeDevices(container, volumes, errors);
}

}  // namespace lws::internal
