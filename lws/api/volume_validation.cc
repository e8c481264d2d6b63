#include "lws/api/volume_validation.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lws/api/claim_validation.h"
#include "lws/api/name_rules.h"
#include "lws/api/path_rules.h"
#include "lws/api/quantity.h"

namespace lws::internal {
namespace {

constexpr const char* kHostPathTypes[] = {"",     "BlockDevice",  "CharDevice", "Directory", "DirectoryOrCreate",
                                          "File", "FileOrCreate", "Socket",     nullptr};
constexpr const char* kPullPolicies[] = {"Always", "IfNotPresent", "Never", nullptr};
constexpr const char* kCachingModes[] = {"None", "ReadOnly", "ReadWrite", nullptr};
constexpr const char* kManagedDisks[] = {
    "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}", nullptr};
constexpr const char* kBlobDisks[] = {"https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd",
                                      nullptr};
constexpr const char* kDiskKinds[] = {"Dedicated", "Managed", "Shared", nullptr};
constexpr const char* kVariableFields[] = {
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
    "status.hostIP", "status.hostIPs",     "status.podIP", "status.podIPs", nullptr};
constexpr const char* kVolumeFields[] = {"metadata.annotations", "metadata.labels", "metadata.name",
                                         "metadata.namespace",   "metadata.uid",    nullptr};
constexpr const char* kContainerResources[] = {"limits.cpu",   "limits.ephemeral-storage",   "limits.memory",
                                               "requests.cpu", "requests.ephemeral-storage", "requests.memory",
                                               nullptr};
// Fields that a fieldRef may name besides those above, though neither variables nor files can hold them.
constexpr const char* kOtherFields[] = {"spec.restartPolicy", "spec.schedulerName",       "spec.hostNetwork",
                                        "status.phase",       "status.nominatedNodeName", nullptr};
constexpr const char* kSizeDivisors[] = {"1",   "1k",  "1M",  "1G",  "1T",  "1P",  "1E",
                                         "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei", nullptr};
constexpr const char* kCpuDivisors[] = {"1", "1m", nullptr};

bool Contains(const char* const* texts, absl::string_view text) {
  for (; *texts != nullptr; ++texts) {
    if (text == *texts) return true;
  }
  return false;
}

void CheckMode(const FieldValue& mode, FieldErrors* errors) {
  const std::optional<int64_t> number = mode.Number();
  if (!number.has_value() || (*number >= 0 && *number <= 0777)) return;
  errors->push_back(FieldValueInvalid(mode, "must be a number between 0 and 0777 (octal), both inclusive"));
}

void CheckPartition(const FieldValue& partition, FieldErrors* errors) {
  const int64_t number = partition.Number().value_or(0);
  if (number < 0 || number > 255)
    errors->push_back(FieldValueInvalid(partition, "must be between 1 and 255, inclusive"));
}

void CheckLocalPath(const FieldValue& path, FieldErrors* errors) {
  CheckRequired(path, errors);
  CheckText(path, LocalPathErrors, errors);
}

void CheckList(const FieldValue& list, FieldErrors* errors) {
  if (list.empty()) errors->push_back(FieldRequired(list.path(), ""));
}

void CheckItems(const FieldValue& items, FieldErrors* errors) {
  for (const FieldValue& item : items.Items()) {
    CheckRequired(item["key"], errors);
    CheckLocalPath(item["path"], errors);
    CheckMode(item["mode"], errors);
  }
}

void CheckSecretRef(const FieldValue& reference, FieldErrors* errors) {
  if (reference.exists()) CheckRequired(reference["name"], errors);
}

// The sources whose fields have rules of their own.
constexpr FieldRule kGitRepo[] = {{"repository", CheckRequired},
                                  {"directory", [](const FieldValue& value, FieldErrors* errors) {
                                     CheckText(value, DescendingPathErrors, errors);
                                   }}};
constexpr FieldRule kGcePersistentDisk[] = {{"pdName", CheckRequired}, {"partition", CheckPartition}};
constexpr FieldRule kAwsElasticBlockStore[] = {{"volumeID", CheckRequired}, {"partition", CheckPartition}};
constexpr FieldRule kSecret[] = {{"secretName", CheckRequired}, {"defaultMode", CheckMode}, {"items", CheckItems}};
constexpr FieldRule kConfigMap[] = {{"name", CheckRequired}, {"defaultMode", CheckMode}, {"items", CheckItems}};
constexpr FieldRule kNfs[] = {
    {"server", CheckRequired}, {"path", CheckRequired}, {"path", [](const FieldValue& value, FieldErrors* errors) {
                                                           CheckAnyText(value, AbsolutePathErrors, errors);
                                                         }}};
constexpr FieldRule kGlusterfs[] = {{"endpoints", CheckRequired}, {"path", CheckRequired}};
constexpr FieldRule kClaim[] = {{"claimName", CheckRequired}};
constexpr FieldRule kRbd[] = {{"monitors", CheckList}, {"image", CheckRequired}};
constexpr FieldRule kCinder[] = {{"volumeID", CheckRequired}, {"secretRef", CheckSecretRef}};
constexpr FieldRule kCephFs[] = {{"monitors", CheckList}};
constexpr FieldRule kFlexVolume[] = {{"driver", CheckRequired}};
constexpr FieldRule kAzureFile[] = {{"secretName", CheckRequired}, {"shareName", CheckRequired}};
constexpr FieldRule kVsphere[] = {{"volumePath", CheckRequired}};
constexpr FieldRule kPhoton[] = {{"pdID", CheckRequired}};
constexpr FieldRule kPortworx[] = {{"volumeID", CheckRequired}};
constexpr FieldRule kScaleIo[] = {{"gateway", CheckRequired}, {"system", CheckRequired}, {"volumeName", CheckRequired}};
constexpr FieldRule kStorageOs[] = {
    {"volumeName",
     [](const FieldValue& value, FieldErrors* errors) { CheckRequiredText(value, Dns1123LabelErrors, errors); }},
    {"volumeNamespace",
     [](const FieldValue& value, FieldErrors* errors) { CheckText(value, Dns1123LabelErrors, errors); }},
    {"secretRef", CheckSecretRef}};

template <const auto& kRules>
void CheckTable(const FieldValue& source, const VolumeOwner&, FieldErrors* errors) {
  CheckFields(source, kRules, errors);
}

void CheckEmptyDir(const FieldValue& source, const VolumeOwner&, FieldErrors* errors) {
  const absl::StatusOr<Quantity> limit = Quantity::Parse(source["sizeLimit"].TextOr("0"));
  if (!limit.ok() || limit->Sign() >= 0) return;
  errors->push_back(FieldForbidden(source["sizeLimit"].path(), "SizeLimit field must be a valid resource quantity"));
}

void CheckHostPath(const FieldValue& source, const VolumeOwner&, FieldErrors* errors) {
  const FieldValue path = source["path"];
  if (path.Text().empty()) {
    errors->push_back(FieldRequired(path.path(), ""));
    return;
  }
  CheckText(path, BackstepPathErrors, errors);
  CheckOneOf(source["type"], kHostPathTypes, errors);
}

void CheckIscsi(const FieldValue& source, const VolumeOwner&, FieldErrors* errors) {
  CheckRequired(source["targetPortal"], errors);
  CheckRequired(source["iqn"], errors);
  CheckRange(source["lun"], 0, 255, errors);
  const bool authenticates = source["chapAuthDiscovery"].Flag() || source["chapAuthSession"].Flag();
  if (authenticates && !source["secretRef"].exists()) {
    errors->push_back(FieldRequired(source["secretRef"].path(), ""));
  }
}

void CheckAzureDisk(const FieldValue& source, const VolumeOwner&, FieldErrors* errors) {
  CheckRequired(source["diskName"], errors);
  const FieldValue uri = source["diskURI"];
  CheckRequired(uri, errors);
  CheckOneOf(source["cachingMode"], kCachingModes, errors);
  CheckOneOf(source["kind"], kDiskKinds, errors);
  const bool is_managed = source["kind"].Text() == "Managed";
  if (absl::StartsWith(uri.Text(), is_managed ? "/subscriptions/" : "https://")) return;
  errors->push_back(FieldNotSupported(uri.path(), GoQuoted(uri.Text()), is_managed ? kManagedDisks : kBlobDisks));
}

void CheckFlocker(const FieldValue& source, const VolumeOwner&, FieldErrors* errors) {
  const std::string name = source["datasetName"].Text();
  const std::string uuid = source["datasetUUID"].Text();
  if (name.empty() && uuid.empty()) {
    errors->push_back(FieldRequired(source.path(), "one of datasetName and datasetUUID is required"));
  }
  if (!name.empty() && !uuid.empty()) {
    errors->push_back(
        FieldInvalidText(source.path(), "resource", "datasetName and datasetUUID can not be specified simultaneously"));
  }
  if (absl::StrContains(name, "/")) errors->push_back(FieldValueInvalid(source["datasetName"], "must not contain '/'"));
}

void CheckFc(const FieldValue& source, const VolumeOwner&, FieldErrors* errors) {
  const FieldValue targets = source["targetWWNs"];
  if (targets.empty() && source["wwids"].empty()) {
    errors->push_back(FieldRequired(targets.path(), "must specify either targetWWNs or wwids, but not both"));
  }
  if (!targets.empty() && !source["wwids"].empty()) {
    errors->push_back(FieldValueInvalid(targets, "targetWWNs and wwids can not be specified simultaneously"));
  }
  if (targets.empty()) return;
  if (!source["lun"].exists()) {
    errors->push_back(FieldRequired(source["lun"].path(), "lun is required if targetWWNs is specified"));
  }
  CheckRange(source["lun"], 0, 255, errors);
}

void CheckQuobyte(const FieldValue& source, const VolumeOwner&, FieldErrors* errors) {
  if (source["registry"].Text().empty()) {
    errors->push_back(
        FieldRequired(source["registry"].path(), "must be a host:port pair or multiple pairs separated by commas"));
  }
  CheckRequired(source["volume"], errors);
}

void CheckDownwardFile(const FieldValue& file, absl::string_view path, FieldErrors* errors) {
  // The API server's errors name the whole source instead of the file in it.
  const FieldValue named = file.Named(std::string(path));
  CheckLocalPath(named["path"], errors);
  if (file["fieldRef"].exists()) {
    CheckFieldRef(named["fieldRef"], DownwardUse::kVolume, errors);
    if (file["resourceFieldRef"].exists()) {
      errors->push_back(
          FieldInvalidText(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"));
    }
  } else if (file["resourceFieldRef"].exists()) {
    CheckResourceFieldRef(named["resourceFieldRef"], DownwardUse::kVolume, errors);
  } else {
    errors->push_back(FieldRequired(path, "one of fieldRef and resourceFieldRef is required"));
  }
  CheckMode(named["mode"], errors);
}

void CheckDownwardApi(const FieldValue& source, const VolumeOwner&, FieldErrors* errors) {
  CheckMode(source["defaultMode"], errors);
  for (const FieldValue& file : source["items"].Items()) CheckDownwardFile(file, source.path(), errors);
}

// Reports a path of a projected volume that is already taken. `shown` is the text that the API server shows for it.
void CheckProjectedPath(const FieldValue& volume, const std::string& path, const std::string& shown,
                        std::set<std::string>* paths, FieldErrors* errors) {
  if (path.empty() || paths->insert(path).second) return;
  errors->push_back(FieldInvalidText(volume.path(), shown, "conflicting duplicate paths"));
}

void CheckProjectedKeys(const FieldValue& volume, const FieldValue& source, std::set<std::string>* paths,
                        FieldErrors* errors) {
  CheckRequired(source["name"], errors);
  for (const FieldValue& item : source["items"].Items()) {
    CheckRequired(item["key"], errors);
    CheckLocalPath(item["path"], errors);
    CheckMode(item["mode"], errors);
    CheckProjectedPath(volume, item["path"].Text(), source["name"].Text(), paths, errors);
  }
}

void CheckProjectedToken(const FieldValue& volume, const FieldValue& token, FieldErrors* errors) {
  const FieldValue seconds = token["expirationSeconds"];
  const int64_t number = seconds.Number().value_or(3600);
  if (number < 600) errors->push_back(FieldValueInvalid(seconds, "may not specify a duration less than 10 minutes"));
  if (number > int64_t{1} << 32) {
    errors->push_back(FieldValueInvalid(seconds, "may not specify a duration larger than 2^32 seconds"));
  }
  CheckLocalPath(token["path"].Named(volume["path"].path()), errors);
}

void CheckProjection(const FieldValue& volume, const FieldValue& source, std::set<std::string>* paths,
                     FieldErrors* errors) {
  int sources = 0;
  for (const char* name : {"secret", "configMap", "downwardAPI", "serviceAccountToken"}) {
    const FieldValue value = source[name];
    if (!value.exists()) continue;
    ++sources;
    if (absl::string_view(name) == "serviceAccountToken") {
      CheckProjectedToken(volume, value, errors);
    } else if (absl::string_view(name) == "downwardAPI") {
      for (const FieldValue& file : value["items"].Items()) {
        CheckDownwardFile(file, value.path(), errors);
        CheckProjectedPath(volume, file["path"].Text(), file["path"].Text(), paths, errors);
      }
    } else {
      CheckProjectedKeys(volume, value, paths, errors);
    }
  }
  if (sources > 1)
    errors->push_back(FieldForbidden(source.path(), "may not specify more than 1 volume type per source"));
}

void CheckProjected(const FieldValue& volume, const VolumeOwner&, FieldErrors* errors) {
  CheckMode(volume["defaultMode"], errors);
  std::set<std::string> paths;
  for (const FieldValue& source : volume["sources"].Items()) CheckProjection(volume, source, &paths, errors);
}

void CheckCsi(const FieldValue& source, const VolumeOwner&, FieldErrors* errors) {
  const FieldValue driver = source["driver"];
  const std::string name = driver.Text();
  CheckRequired(driver, errors);
  if (name.size() > 63) errors->push_back(FieldTooLong(driver.path(), 63));
  if (!name.empty()) {
    for (const std::string& detail : SubdomainErrors(absl::AsciiStrToLower(name))) {
      errors->push_back(FieldValueInvalid(driver, detail));
    }
  }
  const FieldValue secret = source["nodePublishSecretRef"];
  CheckSecretRef(secret, errors);
  CheckText(secret["name"].Named(source["name"].path()), SubdomainErrors, errors);
}

void CheckEphemeral(const FieldValue& source, const VolumeOwner&, FieldErrors* errors) {
  const FieldValue claim = source["volumeClaimTemplate"];
  if (!claim.exists()) {
    errors->push_back(FieldRequired(claim.path(), ""));
    return;
  }
  CheckAnnotations(claim["metadata"]["annotations"], errors);
  CheckLabels(claim["metadata"]["labels"], errors);
  CheckClaimSpec(claim["spec"], errors);
}

void CheckImageVolume(const FieldValue& source, const VolumeOwner& owner, FieldErrors* errors) {
  if (owner.is_pod) CheckRequired(source["reference"], errors);
  CheckDefaulted(source["pullPolicy"], kPullPolicies, errors);
}

// One kind of source, in the API server's order. Its errors call some sources by another name than the field's.
struct SourceRule {
  const char* field;
  const char* when_second;
  const char* when_checked;
  void (*check)(const FieldValue& source, const VolumeOwner& owner, FieldErrors* errors);
};

constexpr SourceRule kSources[] = {
    {"emptyDir", "emptyDir", "emptyDir", CheckEmptyDir},
    {"hostPath", "hostPath", "hostPath", CheckHostPath},
    {"gitRepo", "gitRepo", "gitRepo", CheckTable<kGitRepo>},
    {"gcePersistentDisk", "gcePersistentDisk", "persistentDisk", CheckTable<kGcePersistentDisk>},
    {"awsElasticBlockStore", "awsElasticBlockStore", "awsElasticBlockStore", CheckTable<kAwsElasticBlockStore>},
    {"secret", "secret", "secret", CheckTable<kSecret>},
    {"nfs", "nfs", "nfs", CheckTable<kNfs>},
    {"iscsi", "iscsi", "iscsi", CheckIscsi},
    {"glusterfs", "glusterfs", "glusterfs", CheckTable<kGlusterfs>},
    {"flocker", "flocker", "flocker", CheckFlocker},
    {"persistentVolumeClaim", "persistentVolumeClaim", "persistentVolumeClaim", CheckTable<kClaim>},
    {"rbd", "rbd", "rbd", CheckTable<kRbd>},
    {"cinder", "cinder", "cinder", CheckTable<kCinder>},
    {"cephfs", "cephFS", "cephfs", CheckTable<kCephFs>},
    {"quobyte", "quobyte", "quobyte", CheckQuobyte},
    {"downwardAPI", "downwarAPI", "downwardAPI", CheckDownwardApi},
    {"fc", "fc", "fc", CheckFc},
    {"flexVolume", "flexVolume", "flexVolume", CheckTable<kFlexVolume>},
    {"configMap", "configMap", "configMap", CheckTable<kConfigMap>},
    {"azureFile", "azureFile", "azureFile", CheckTable<kAzureFile>},
    {"vsphereVolume", "vsphereVolume", "vsphereVolume", CheckTable<kVsphere>},
    {"photonPersistentDisk", "photonPersistentDisk", "photonPersistentDisk", CheckTable<kPhoton>},
    {"portworxVolume", "portworxVolume", "portworxVolume", CheckTable<kPortworx>},
    {"azureDisk", "azureDisk", "azureDisk", CheckAzureDisk},
    {"storageos", "storageos", "storageos", CheckTable<kStorageOs>},
    {"projected", "projected", "projected", CheckProjected},
    {"scaleIO", "scaleIO", "scaleIO", CheckTable<kScaleIo>},
    {"csi", "csi", "csi", CheckCsi},
    {"ephemeral", "ephemeral", "ephemeral", CheckEphemeral},
    {"image", "image", "image", CheckImageVolume},
};

// Law 1.
void CheckSource(const FieldValue& volume, const VolumeOwner& owner, FieldErrors* errors) {
  bool has_source = false;
  for (const SourceRule& rule : kSources) {
    const FieldValue source = volume[rule.field];
    if (!source.exists()) continue;
    if (has_source) {
      errors->push_back(FieldForbidden(volume[rule.when_second].path(), "may not specify more than 1 volume type"));
      continue;
    }
    has_source = true;
    rule.check(source.Named(volume[rule.when_checked].path()), owner, errors);
  }
}

// The claim for an ephemeral volume gets its name from the pod and the volume.
void CheckEphemeralName(const FieldValue& volume, const VolumeOwner& owner, FieldErrors* errors) {
  const std::string name = volume["name"].Text();
  if (!owner.is_pod || owner.pod_name.empty() || name.empty() || !volume["ephemeral"].exists()) return;
  const std::string claim = absl::StrCat(owner.pod_name, "-", name);
  for (const std::string& detail : SubdomainErrors(claim)) {
    errors->push_back(FieldValueInvalid(volume["name"], absl::StrCat("PVC name ", GoQuoted(claim), ": ", detail)));
  }
}

// Splits metadata.labels['KEY'], the path by which variables and files name a label. False for any other path.
bool SplitSubscript(absl::string_view path, std::string* map, std::string* key) {
  const std::vector<absl::string_view> parts = absl::StrSplit(path, absl::MaxSplits("['", 1));
  if (parts.size() != 2 || !absl::EndsWith(parts[1], "']")) return false;
  *map = std::string(parts[0]);
  *key = std::string(parts[1].substr(0, parts[1].size() - 2));
  return true;
}

bool CanBeConverted(absl::string_view path, const std::string& map) {
  if (!map.empty()) return map == "metadata.labels" || map == "metadata.annotations";
  return Contains(kVariableFields, path) || Contains(kVolumeFields, path) || Contains(kOtherFields, path);
}

bool IsHugePages(absl::string_view resource) {
  return absl::StartsWith(resource, "limits.hugepages-") || absl::StartsWith(resource, "requests.hugepages-");
}

// The name of a resource in texts about its divisor, and the divisors that are allowed.
void CheckDivisor(const FieldValue& reference, FieldErrors* errors) {
  const std::string divisor = reference["divisor"].TextOr("0");
  const absl::StatusOr<Quantity> amount = Quantity::Parse(divisor);
  if (!amount.ok() || amount->IsZero()) return;
  const std::string resource = reference["resource"].Text();
  const bool is_cpu = absl::EndsWith(resource, ".cpu");
  const char* word = is_cpu                                 ? "cpu"
                     : IsHugePages(resource)                ? "hugepages"
                     : absl::EndsWith(resource, ".memory")  ? "memory"
                     : absl::EndsWith(resource, "-storage") ? "local ephemeral storage"
                                                            : nullptr;
  if (word == nullptr || Contains(is_cpu ? kCpuDivisors : kSizeDivisors, amount->ToString())) return;
  const char* values = is_cpu ? "1m and 1" : "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei";
  errors->push_back(
      FieldInvalidText(reference["divisor"].path(), resource,
                       absl::StrCat("only divisor's values ", values, " are supported with the ", word, " resource")));
}

}  // namespace

void CheckFieldRef(const FieldValue& reference, DownwardUse use, FieldErrors* errors) {
  const FieldValue path = reference["fieldPath"];
  const std::string text = path.Text();
  if (text.empty()) {
    errors->push_back(FieldRequired(path.path(), ""));
    return;
  }
  const std::string version = reference["apiVersion"].TextOr("v1");
  if (version != "v1") {
    errors->push_back(
        FieldValueInvalid(path, absl::StrCat("error converting fieldPath: unsupported pod version: ", version)));
    return;
  }
  std::string map;
  std::string key;
  const bool has_key = SplitSubscript(text, &map, &key);
  if (!CanBeConverted(text, map)) {
    errors->push_back(
        FieldValueInvalid(path, absl::StrCat("error converting fieldPath: field label not supported: ", text)));
  } else if (has_key) {
    const std::string checked = map == "metadata.labels" ? key : absl::AsciiStrToLower(key);
    for (const std::string& detail : LabelKeyErrors(checked)) {
      errors->push_back(FieldInvalidText(reference.path(), checked, detail));
    }
  } else {
    CheckOneOf(path, use == DownwardUse::kVariable ? kVariableFields : kVolumeFields, errors);
  }
}

void CheckResourceFieldRef(const FieldValue& reference, DownwardUse use, FieldErrors* errors) {
  const FieldValue resource = reference["resource"];
  if (use == DownwardUse::kVolume && reference["containerName"].Text().empty()) {
    errors->push_back(FieldRequired(reference["containerName"].path(), ""));
  } else if (resource.Text().empty()) {
    errors->push_back(FieldRequired(resource.path(), ""));
  } else if (!IsHugePages(resource.Text())) {
    CheckOneOf(resource, kContainerResources, errors);
  }
  CheckDivisor(reference, errors);
}

UsableVolumes CheckVolumes(const FieldValue& volumes, const VolumeOwner& owner, FieldErrors* errors) {
  UsableVolumes usable;
  std::set<std::string> names;
  for (const FieldValue& volume : volumes.Items()) {
    const size_t before = errors->size();
    CheckSource(volume, owner, errors);
    CheckEphemeralName(volume, owner, errors);
    CheckRequiredText(volume["name"], Dns1123LabelErrors, errors);
    const std::string name = volume["name"].Text();
    if (names.count(name) > 0) errors->push_back(FieldDuplicate(volume["name"].path(), GoQuoted(name)));
    if (errors->size() != before) continue;
    names.insert(name);
    usable[name] = volume["persistentVolumeClaim"].exists() || volume["ephemeral"].exists();
  }
  return usable;
}

}  // namespace lws::internal
