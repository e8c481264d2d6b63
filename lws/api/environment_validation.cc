#include "lws/api/environment_validation.h"

#include "lws/api/field_checks.h"
#include "lws/api/name_rules.h"
#include "lws/api/path_rules.h"
#include "lws/api/volume_validation.h"

namespace lws::internal {
namespace {

void CheckVariableFieldRef(const FieldValue& source, FieldErrors* errors) {
  CheckFieldRef(source, DownwardUse::kVariable, errors);
}

void CheckVariableResource(const FieldValue& source, FieldErrors* errors) {
  CheckResourceFieldRef(source, DownwardUse::kVariable, errors);
}

void CheckKeyRef(const FieldValue& source, FieldErrors* errors) {
  CheckAnyText(source["name"], SubdomainErrors, errors);
  CheckRequiredText(source["key"], ConfigKeyErrors, errors);
}

void CheckFileKeyRef(const FieldValue& source, FieldErrors* errors) {
  CheckRequiredText(source["key"], EnvNameErrors, errors);
  CheckRequiredText(source["volumeName"], Dns1123LabelErrors, errors);
  CheckRequiredText(source["path"], BackstepPathErrors, errors);
}

constexpr FieldRule kSources[] = {{"fieldRef", CheckVariableFieldRef},
                                  {"resourceFieldRef", CheckVariableResource},
                                  {"configMapKeyRef", CheckKeyRef},
                                  {"secretKeyRef", CheckKeyRef},
                                  {"fileKeyRef", CheckFileKeyRef}};

// The fault of a variable with this many sources, and with or without a value; null when there is none.
const char* SourceFault(int sources, bool has_value) {
  if (sources == 0) {
    return "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
  }
  if (has_value) return "may not be specified when `value` is not empty";
  return sources > 1 ? "may not have more than one field specified at a time" : nullptr;
}

// Law 1.
void CheckVariable(const FieldValue& variable, FieldErrors* errors) {
  CheckRequiredText(variable["name"], EnvNameErrors, errors);
  const FieldValue from = variable["valueFrom"];
  if (!from.exists()) return;
  int sources = 0;
  for (const FieldRule& rule : kSources) {
    const FieldValue source = from[rule.field];
    if (!source.exists()) continue;
    ++sources;
    rule.check(source, errors);
  }
  const char* fault = SourceFault(sources, !variable["value"].Text().empty());
  if (fault != nullptr) errors->push_back(FieldInvalidText(from.path(), "", fault));
}

void CheckSourceName(const FieldValue& name, FieldErrors* errors) {
  CheckRequiredText(name, SubdomainPrefixErrors, errors);
}

// Where the API server counts the sources of an item, its errors name the whole list.
void CheckEnvFrom(const FieldValue& list, FieldErrors* errors) {
  for (const FieldValue& item : list.Items()) {
    CheckText(item["prefix"], EnvNameErrors, errors);
    int sources = 0;
    for (const char* field : {"configMapRef", "secretRef"}) {
      if (!item[field].exists()) continue;
      ++sources;
      CheckSourceName(item[field]["name"], errors);
    }
    if (sources == 0) {
      errors->push_back(FieldInvalidText(list.path(), "", "must specify one of: `configMapRef` or `secretRef`"));
    } else if (sources > 1) {
      errors->push_back(FieldInvalidText(list.path(), "", "may not have more than one field specified at a time"));
    }
  }
}

}  // namespace

void CheckEnvironment(const FieldValue& container, FieldErrors* errors) {
  for (const FieldValue& variable : container["env"].Items()) CheckVariable(variable, errors);
  CheckEnvFrom(container["envFrom"], errors);
}

void CheckVariableFiles(const FieldValue& container, const FieldValue& volumes, FieldErrors* errors) {
  for (const FieldValue& variable : container["env"].Items()) {
    const FieldValue file = variable["valueFrom"]["fileKeyRef"];
    if (!file.exists()) continue;
    bool found = false;
    bool is_empty_dir = false;
    for (const FieldValue& volume : volumes.Items()) {
      if (volume["name"].Text() != file["volumeName"].Text()) continue;
      found = true;
      is_empty_dir = volume["emptyDir"].exists() || volume.size() == 1;
    }
    if (!found) errors->push_back(FieldValueNotFound(file["volumeName"]));
    if (found && !is_empty_dir) {
      errors->push_back(FieldValueInvalid(file["volumeName"], "referenced volume must be of type emptyDir"));
    }
  }
}

}  // namespace lws::internal
