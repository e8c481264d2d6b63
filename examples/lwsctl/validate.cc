#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "examples/lwsctl/commands.h"
#include "examples/lwsctl/disaggregated_input.h"
#include "examples/lwsctl/file_kind.h"
#include "examples/lwsctl/found_set.h"
#include "examples/lwsctl/input.h"
#include "examples/lwsctl/object_shape.h"
#include "examples/lwsctl/output_format.h"
#include "examples/lwsctl/refusal.h"
#include "examples/lwsctl/refused_children.h"
#include "examples/lwsctl/server_fields.h"
#include "lws/adapters/testing/scenario/scenario.h"
#include "lws/api/admission.h"
#include "lws/api/admit_disaggregated_set.h"
#include "lws/api/admit_set.h"
#include "lws/api/disaggregated_names.h"
#include "lws/api/disaggregated_set.pb.h"
#include "lws/api/field_error.h"
#include "lws/api/field_names.h"
#include "lws/api/field_value.h"
#include "lws/api/json_reader.h"
#include "lws/api/leader_worker_set.pb.h"
#include "lws/api/object_kind.h"
#include "lws/api/printable_text.h"
#include "lws/api/validation.h"
#include "lws/api/well_known.h"
#include "lws/core/reconcile/refused_objects.h"
#include "nlohmann/json.hpp"

namespace lwsctl {
namespace {

constexpr char kHelp[] =
    "usage: lwsctl validate [--old OLD] [-o table|json|yaml] [--strict] FILE...\n"
    "Checks each LeaderWorkerSet and DisaggregatedSet as the API server does, and warns of StatefulSets, pods, "
    "Services\n"
    "and LeaderWorkerSets of roles that the server will refuse later. FILE may be a folder: all .yaml, .yml and .json\n"
    "files below it are read. Sets inside other objects are found, too.\n"
    "  --old OLD   a file or folder with the sets as they are now: sets of the same name are checked as updates of "
    "these\n"
    "  -o table|json|yaml\n"
    "  --strict    unknown fields are errors, as for kubectl apply\n"
    "Exit 1 when a set is refused, even if a file cannot be read.\n";

using Texts = std::vector<std::string>;

// The sets that exist before, by namespace and name.
template <typename Set>
using ByName = std::map<std::pair<std::string, std::string>, std::shared_ptr<const Set>>;

struct FormerSets {
  ByName<lws::LeaderWorkerSet> sets;
  ByName<lws::DisaggregatedSet> disaggregated;
};

const char* KindOfSet(const FoundSet& set) {
  return lws::IsOfDisaggregatedSet(*set.manifest) ? lws::kDisaggregatedSetKind : lws::kKind;
}

constexpr char kTwice[] =
    "the file has this set twice: kubectl apply takes one after the other, and the last one stays";

struct Verdict {
  std::string file;
  FoundSet set;
  bool is_update = false;
  lws::FieldErrors errors;
  Texts unknown_fields;
  bool is_named_later = false;  // generateName
  std::vector<lws::RefusedObject> refused;
  std::vector<RefusedChild> refused_children;  // of a DisaggregatedSet
  Texts warnings;                              // of admission

  const char* kind() const { return KindOfSet(set); }
  bool has_refused_objects() const { return !refused.empty() || !refused_children.empty(); }
  bool has_certainly_refused_objects() const {
    const auto is_certain = [](const auto& object) { return object.is_certain; };
    return std::any_of(refused.begin(), refused.end(), is_certain) ||
           std::any_of(refused_children.begin(), refused_children.end(), is_certain);
  }
};

struct Summary {
  int files = 0;
  int unreadable = 0;
  int sets = 0;
  int disaggregated_sets = 0;
  int refused = 0;
  // Valid sets of which some objects will be refused, and those of which some only may be.
  int with_refused = 0;
  int with_doubtful = 0;
};

std::string Count(int number, absl::string_view thing) {
  return absl::StrCat(number, " ", thing, number == 1 ? "" : "s");
}

std::pair<std::string, std::string> KeyOf(const lws::Json& manifest) {
  const lws::FieldValue metadata = lws::FieldValue(manifest, "")["metadata"];
  return {metadata["namespace"].Text(), metadata["name"].Text()};
}

// The manifest as kubectl sends it for an update: with the resource version of the existing set. A dump of the cluster
// is taken as what its user wrote.
template <typename Set>
lws::Json OnTopOf(const Set& former, lws::Json manifest) {
  manifest = WithoutServerFields(std::move(manifest));
  manifest["metadata"]["resourceVersion"] = former.metadata().resource_version();
  return manifest;
}

// The demands on the sets.
struct Demands {
  FormerSets former_sets;
  UnknownFields unknown = UnknownFields::kWarn;
  std::set<std::string> named;  // files that were named, and not found in a folder
};

void TakeOver(const lws::Admission& admission, const Demands& demands, Verdict* verdict) {
  verdict->errors = admission.errors;
  verdict->unknown_fields = admission.pruned;
  verdict->warnings = admission.warnings;
  if (demands.unknown == UnknownFields::kRefuse && !admission.pruned.empty()) {
    verdict->errors.push_back({"", StrictDecodingError(admission.pruned)});
  }
}

void JudgeDisaggregated(const Demands& demands, Verdict* verdict) {
  const std::string wrong_version = WhyNoDisaggregatedSet(*verdict->set.manifest);
  if (!wrong_version.empty()) {
    verdict->errors.push_back({"", wrong_version});
    return;
  }
  const lws::Json manifest = WithNamespace(*verdict->set.manifest);
  const auto former = demands.former_sets.disaggregated.find(KeyOf(manifest));
  verdict->is_update = former != demands.former_sets.disaggregated.end();
  const lws::DisaggregatedSetAdmission admission =
      verdict->is_update ? lws::AdmitDisaggregatedSetUpdate(*former->second, OnTopOf(*former->second, manifest))
                         : lws::AdmitDisaggregatedSet(manifest);
  TakeOver(admission, demands, verdict);
  if (admission.set == nullptr) return;
  verdict->is_named_later = admission.set->metadata().name().empty();
  verdict->refused_children = RefusedChildren(AsIfCreated(*admission.set));
}

void Judge(const Demands& demands, Verdict* verdict) {
  if (lws::IsOfDisaggregatedSet(*verdict->set.manifest)) return JudgeDisaggregated(demands, verdict);
  const std::string wrong_version = lws::WhyNoLeaderWorkerSet(*verdict->set.manifest);
  if (!wrong_version.empty()) {
    verdict->errors.push_back({"", wrong_version});
    return;
  }
  const lws::Json manifest = WithNamespace(*verdict->set.manifest);
  const auto former = demands.former_sets.sets.find(KeyOf(manifest));
  verdict->is_update = former != demands.former_sets.sets.end();
  const lws::SetAdmission admission = verdict->is_update
                                          ? lws::AdmitSetUpdate(*former->second, OnTopOf(*former->second, manifest))
                                          : lws::AdmitSet(manifest);
  TakeOver(admission, demands, verdict);
  if (admission.set == nullptr) return;
  verdict->is_named_later = admission.set->metadata().name().empty();
  // The names of its objects are derived from the name that it will get.
  lws::LeaderWorkerSet named = *admission.set;
  named.mutable_metadata()->set_name(lws::internal::NameOrGenerated(named.metadata()));
  verdict->refused = lws::RefusedObjectsOf(named, verdict->is_update ? former->second.get() : nullptr);
}

// What is said, and the field of the set that it is about; "" for the set itself.
struct Line {
  std::string field;
  std::string text;
};

std::vector<Line> Lines(const Verdict& verdict) {
  std::vector<Line> lines;
  for (const std::string& path : verdict.unknown_fields) {
    lines.push_back({path, absl::StrCat("warning: unknown field \"", lws::PrintableText(path), "\"",
                                        lws::internal::DidYouMeanField(path))});
  }
  for (const std::string& warning : verdict.warnings) lines.push_back({"", absl::StrCat("warning: ", warning)});
  for (const RefusedChild& refused : verdict.refused_children) {
    lines.push_back({refused.field, absl::StrCat("warning: ", refused.text)});
  }
  for (const lws::RefusedObject& refused : verdict.refused) {
    lines.push_back(
        {FieldOfRefusal(refused, *verdict.set.manifest), absl::StrCat("warning: ", DescribeRefusal(refused))});
  }
  const std::string name = ShowName(*verdict.set.manifest);
  const std::string inside = verdict.set.inside.empty() ? "" : absl::StrCat(" (inside ", verdict.set.inside, ")");
  if (verdict.errors.empty()) {
    const char* what = verdict.is_update ? " is a valid update" : " is valid";
    const char* how =
        verdict.is_named_later ? ", for kubectl create: its name is generated, and kubectl apply needs a name" : "";
    lines.push_back({"", absl::StrCat(verdict.kind(), " ", name, inside, what, how)});
  } else {
    const bool is_strict = verdict.errors[0].field.empty() && !verdict.unknown_fields.empty();
    const std::string field = is_strict ? verdict.unknown_fields[0] : verdict.errors[0].field;
    lines.push_back({field, absl::StrCat("The ", verdict.kind(), " ", name, inside,
                                         " is invalid: ", lws::JoinFieldErrors(verdict.errors))});
  }
  return lines;
}

lws::Json ToJson(const Verdict& verdict) {
  lws::Json errors = lws::Json::array();
  for (const lws::FieldError& error : verdict.errors) errors.push_back(error.ToString());
  lws::Json refused = lws::Json::array();
  for (const lws::RefusedObject& object : verdict.refused) refused.push_back(DescribeRefusal(object));
  for (const RefusedChild& child : verdict.refused_children) refused.push_back(child.text);
  Texts warnings = verdict.unknown_fields;
  warnings.insert(warnings.end(), verdict.warnings.begin(), verdict.warnings.end());
  lws::Json json = {{"file", verdict.file},
                    {"line", verdict.set.line},
                    {"kind", verdict.kind()},
                    {"namespace", KeyOf(WithNamespace(*verdict.set.manifest)).first},
                    {"name", KeyOf(*verdict.set.manifest).second},
                    {"errors", errors},
                    {"warnings", warnings},
                    {"refusedObjects", refused}};
  if (!verdict.set.inside.empty()) json["inside"] = verdict.set.inside;
  return json;
}

// Where verdicts are reported: as lines on standard output at once, or as one JSON list at the end.
class Report {
 public:
  explicit Report(OutputFormat format) : format_(format) {}

  void Unreadable(const std::string& file, const absl::Status& status) {
    ++summary_.files;
    ++summary_.unreadable;
    if (is_document()) {
      list_.push_back({{"file", file}, {"unreadable", std::string(status.message())}});
    } else {
      std::cout << std::flush;
      Fail(status);
    }
  }

  void Without(const std::string& file, const std::string& why) {
    ++summary_.files;
    if (is_document()) {
      list_.push_back({{"file", file}, {"note", why}});
    } else {
      std::cout << file << ": " << why << "\n";
    }
  }

  void Holds(const InputFile& file, const std::vector<Verdict>& verdicts) {
    ++summary_.files;
    for (const Verdict& verdict : verdicts) Add(file, verdict);
  }

  // Prints what is left, and returns the exit code.
  int End() const {
    if (is_document()) {
      std::cout << DocumentText(list_, format_);
    } else {
      std::cout << Sum() << "\n";
    }
    if (summary_.refused > 0) return kFinding;
    return summary_.unreadable > 0 ? kWrongUse : kAsWished;
  }

 private:
  bool is_document() const { return format_ != OutputFormat::kTable; }

  void Add(const InputFile& file, const Verdict& verdict) {
    ++(lws::IsOfDisaggregatedSet(*verdict.set.manifest) ? summary_.disaggregated_sets : summary_.sets);
    summary_.refused += verdict.errors.empty() ? 0 : 1;
    if (verdict.errors.empty() && verdict.has_refused_objects()) {
      ++(verdict.has_certainly_refused_objects() ? summary_.with_refused : summary_.with_doubtful);
    }
    if (is_document()) {
      list_.push_back(ToJson(verdict));
      return;
    }
    const FoundSet& set = verdict.set;
    for (const Line& line : Lines(verdict)) {
      const bool is_below = !line.field.empty() && !set.path.empty();
      const std::string field = line.field.empty() ? "" : absl::StrCat(set.path, is_below ? "." : "", line.field);
      const lws::ManifestObject& object = file.objects[static_cast<size_t>(set.number)];
      std::cout << file.Where(object, field) << ": " << line.text << "\n";
    }
  }

  std::string Sum() const {
    const int all = summary_.sets + summary_.disaggregated_sets;
    std::string kinds = Count(summary_.sets, "LeaderWorkerSet");
    if (summary_.disaggregated_sets > 0) {
      const std::string others = Count(summary_.disaggregated_sets, "DisaggregatedSet");
      kinds = summary_.sets == 0 ? others : absl::StrCat(kinds, " and ", others);
    }
    std::string sum =
        absl::StrCat(kinds, " in ", Count(summary_.files, "file"), ": ", all - summary_.refused, " valid");
    std::vector<std::string> of_them;
    for (const auto& [sets, may] :
         {std::pair(summary_.with_refused, "will"), std::pair(summary_.with_doubtful, "may")}) {
      if (sets > 0) of_them.push_back(absl::StrCat(sets, " of them with objects that the API server ", may, " refuse"));
    }
    if (!of_them.empty()) absl::StrAppend(&sum, " (", absl::StrJoin(of_them, ", "), ")");
    absl::StrAppend(&sum, ", ", summary_.refused, " refused");
    if (summary_.unreadable > 0) absl::StrAppend(&sum, "; ", Count(summary_.unreadable, "file"), " not readable");
    return sum;
  }

  const OutputFormat format_;
  Summary summary_;
  lws::Json list_ = lws::Json::array();
};

// Returns admission's errors.
lws::FieldErrors AddFormerSet(const FoundSet& set, FormerSets* former) {
  lws::Json manifest = WithNamespace(*set.manifest);
  if (manifest["metadata"].is_object()) manifest["metadata"]["resourceVersion"] = "1";
  if (lws::IsOfDisaggregatedSet(manifest)) {
    const std::string wrong_version = WhyNoDisaggregatedSet(manifest);
    if (!wrong_version.empty()) return {{"", wrong_version}};
    const lws::DisaggregatedSetAdmission admission = lws::AdmitDisaggregatedSet(manifest);
    if (admission.set != nullptr) former->disaggregated[KeyOf(manifest)] = admission.set;
    return admission.errors;
  }
  const std::string wrong_version = lws::WhyNoLeaderWorkerSet(manifest);
  if (!wrong_version.empty()) return {{"", wrong_version}};
  const lws::SetAdmission admission = lws::AdmitSet(manifest);
  if (admission.set != nullptr) former->sets[KeyOf(manifest)] = admission.set;
  return admission.errors;
}

// Errors: InvalidArgument for a set that has a place already, with both places.
absl::Status AddPlace(const lws::Json& manifest, const std::string& where, std::map<std::string, std::string>* places) {
  if (KeyOf(manifest).second.empty()) return absl::OkStatus();
  const std::string name = lws::internal::DescribeJsonObject(WithNamespace(manifest));
  const auto [place, is_new] = places->emplace(name, where);
  if (is_new) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--old: ", where, ": ", name, " is in ", place->second,
                                                 ", too: which of them is the set as it is now?"));
}

// Errors: those of a file or folder that cannot be read; InvalidArgument for a set that is refused, or comes twice.
absl::StatusOr<FormerSets> ReadFormerSets(const std::string& path) {
  FormerSets former;
  const absl::StatusOr<Texts> files = ExpandFolders({path});
  if (!files.ok()) return files.status();
  std::map<std::string, std::string> places;  // by the set
  for (const std::string& file : *files) {
    const absl::StatusOr<InputFile> read = ReadObjects(file);
    if (!read.ok()) return read.status();
    for (const lws::ManifestObject& object : read->objects) {
      for (const FoundSet& set : FindSets(object)) {
        absl::Status is_new = AddPlace(*set.manifest, read->Where(object, set.path), &places);
        if (!is_new.ok()) return is_new;
        const lws::FieldErrors errors = AddFormerSet(set, &former);
        if (errors.empty()) continue;
        return absl::InvalidArgumentError(absl::StrCat("--old: ", read->Where(object), ": The ", KindOfSet(set), " ",
                                                       ShowName(*set.manifest),
                                                       " is invalid: ", lws::JoinFieldErrors(errors)));
      }
    }
  }
  return former;
}

void ValidateFile(const std::string& file, const Demands& demands, Report* report) {
  const absl::StatusOr<InputFile> read = ReadObjects(file);
  if (!read.ok()) return report->Unreadable(file, read.status());
  if (read->objects.empty()) return report->Without(file, "empty");
  std::vector<Verdict> verdicts;
  KnownObjects known;
  for (const lws::ManifestObject& object : read->objects) {
    for (FoundSet& set : FindSets(object)) {
      verdicts.emplace_back();
      verdicts.back().file = file;
      verdicts.back().set = std::move(set);
      Judge(demands, &verdicts.back());
      if (!verdicts.back().errors.empty()) continue;
      const absl::Status is_new = known.AddManifest("", *verdicts.back().set.manifest);
      if (!is_new.ok()) verdicts.back().warnings.emplace_back(kTwice);
    }
  }
  if (verdicts.empty()) {
    const std::string why = absl::StrCat("holds no LeaderWorkerSet and no DisaggregatedSet", WhatElseItIs(*read));
    // A folder may have scenarios beside its manifests.
    const bool is_wrong = demands.named.count(file) > 0 && !WhatElseItIs(*read).empty();
    const absl::Status wrong = absl::InvalidArgumentError(absl::StrCat(read->name, ": ", why));
    return is_wrong ? report->Unreadable(file, wrong) : report->Without(file, why);
  }
  report->Holds(*read, verdicts);
}

}  // namespace

int RunValidate(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(words, kHelp);
  if (!arguments.ok()) return Fail(arguments.status());
  if (arguments->flags.count("--help") > 0) {
    std::cout << kHelp;
    return 0;
  }
  if (arguments->files.empty()) return Fail(absl::InvalidArgumentError("validate needs a FILE"));
  Demands demands;
  demands.unknown = UnknownFieldsOf(*arguments);
  demands.named = {arguments->files.begin(), arguments->files.end()};
  if (arguments->flags.count("--old") > 0) {
    absl::StatusOr<FormerSets> read = ReadFormerSets(arguments->Flag("--old", ""));
    if (!read.ok()) return Fail(read.status());
    demands.former_sets = *std::move(read);
  }
  const absl::StatusOr<Texts> files = ExpandFolders(arguments->files);
  if (!files.ok()) return Fail(files.status());
  Report report(OutputFormatOf(*arguments));
  for (const std::string& file : *files) ValidateFile(file, demands, &report);
  return report.End();
}

}  // namespace lwsctl
